/** The peers as frames show them. A new view is made only for peers that changed. */

import { compareBallots } from '../protocol/writes.ts';
import { peersOf } from '../settings.ts';
import type { Cluster } from '../world/cluster.ts';
import type { PeerHost } from '../world/peer-host.ts';
import { type Acceptance, DiskContents } from './disk-contents.ts';
import type { InstanceView, PeerState, PeerView } from './frame.ts';

/** What the recorder knows of a peer, in addition to what the peer reports. */
interface Notes {
  readonly disk: DiskContents;
  hasFailed: boolean;
  clockRate: number;
}

export class PeerViews {
  readonly #notes: readonly Notes[];
  readonly #touched = new Set<number>();
  readonly #views: PeerView[] = [];
  #all: readonly PeerView[] = [];

  constructor(peerCount: number) {
    this.#notes = peersOf({ peerCount }).map(() => ({
      disk: new DiskContents(),
      hasFailed: false,
      clockRate: 1,
    }));
  }

  /** The notes about a peer. Marks the peer as changed. */
  at(peer: number): Notes {
    this.touch(peer);
    const notes = this.#notes[peer];
    if (notes === undefined) throw new RangeError(`There is no peer ${peer}.`);
    return notes;
  }

  touch(peer: number): void {
    this.#touched.add(peer);
  }

  update(cluster: Cluster): readonly PeerView[] {
    const stale = cluster.hosts.filter(({ me }) => this.#touched.has(me) || !this.#views[me]);
    this.#touched.clear();
    if (stale.length === 0) return this.#all;
    for (const host of stale) this.#views[host.me] = this.#view(host, cluster);
    this.#all = [...this.#views];
    return this.#all;
  }

  #view(host: PeerHost, cluster: Cluster): PeerView {
    const { me, program } = host;
    const { disk, hasFailed, clockRate } = this.at(me);
    this.#touched.delete(me);
    const before = this.#views[me];
    const max = Math.max(program?.peer.max() ?? before?.max ?? -1, -1);
    const last = Math.max(max, (before?.instances.length ?? 0) - 1);
    return {
      id: me,
      state: stateOf(host, hasFailed),
      isDeaf: cluster.isDeaf(me),
      isMember: program?.peer.isMember() ?? before?.isMember ?? true,
      leader: program?.peer.leader(),
      min: program?.peer.min() ?? before?.min ?? 0,
      max,
      applied: program?.applied ?? -1,
      ...(program?.server !== undefined && { server: program.server }),
      clockRate,
      disk: disk.view,
      instances: Array.from({ length: last + 1 }, (_, seq) =>
        instanceView(seq, host, disk.at(seq), before?.instances[seq]),
      ),
    };
  }
}

function stateOf(host: PeerHost, hasFailed: boolean): PeerState {
  if (!host.isUp) return 'down';
  if (hasFailed) return 'failed';
  if (host.isPaused) return 'paused';
  return host.program === undefined ? 'starting' : 'up';
}

/** The view of an instance: the previous one if nothing changed. */
function instanceView(
  seq: number,
  { program }: PeerHost,
  { promised, vote }: Acceptance,
  before: InstanceView | undefined,
): InstanceView {
  const status = program?.peer.status(seq) ?? { fate: 'pending' };
  const fate = status.fate === 'pending' ? 'undecided' : status.fate;
  const value = status.fate === 'decided' ? status.value : undefined;
  const isSame =
    before !== undefined &&
    before.fate === fate &&
    before.value === value &&
    before.vote === vote &&
    compareBallots(before.promised, promised) === 0;
  return isSame ? before : { seq, fate, value, promised, vote };
}
