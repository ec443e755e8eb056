/** Reads of a replica whose state, quorum and clock are the test. */
import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { Reads } from '@paxkv/kvserver/internal/replica/reads/reads';
import type { PendingRequest } from '@paxkv/kvserver/internal/replica/requests/pending-request';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import type { SubmitOptions } from '@paxkv/kvserver/internal/replica/submitter';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { noRoom } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { Entry } from '@paxkv/protocol';
import { World } from '@paxkv/simulator';

export const key = Buffer.from('k');
export const mebibyte = 2 ** 20;

const command = { type: 'get', key } as const;

export class UnderTest {
  readonly world = new World({ seed: 1 });
  readonly pendings = new PendingRequests({
    clock: this.world.clock,
    limits: limitsDefault,
    session: new OwnSession(),
  });
  nowMs = 100;
  applied = 5;
  quorumReadCount = 0;
  /** What every key holds, and whether it is in memory. */
  entry: Entry | undefined;
  isInMemory = false;
  /** What a read gives back instead of that, if anything. */
  found: Promise<typeof noRoom> | undefined;
  /** Called when a key is read. */
  onRead: () => void = () => {};
  /** Why the state cannot be read. */
  failure: Error | undefined;
  /** The name of each get that was answered or refused. */
  answered: string[] = [];
  readonly failures: unknown[] = [];
  readonly reads: Reads;

  constructor() {
    this.reads = new Reads({
      paxos: {
        readIndex: () => {
          this.quorumReadCount += 1;
        },
      },
      clock: { now: () => this.nowMs, at: (atMs, action) => this.world.clock.at(atMs, action) },
      steps: { mark: () => ({ atMs: this.nowMs, flushedMs: 0 }) },
      state: this.#state(),
      onFailed: (error) => this.failures.push(error),
    });
  }

  /** A get that waits for a quorum. */
  add(name: string, options: SubmitOptions = {}): PendingRequest {
    const pending = this.#get(name, options);
    this.reads.add({ command, pending });
    return pending;
  }

  /** A get that needs no quorum. */
  confirmed(name: string) {
    return { command, pending: this.#get(name) };
  }

  async quorumReadDone(upTo: number): Promise<void> {
    this.reads.onReadIndex(upTo);
    await new Promise(setImmediate);
  }

  #get(name: string, options: SubmitOptions = {}): PendingRequest {
    const pending = this.pendings.admit({ command }, options);
    pending.reply.then(
      ({ type }) => this.answered.push(`${name} ${type}`),
      () => this.answered.push(`${name} refused`),
    );
    return pending;
  }

  #state(): ConstructorParameters<typeof Reads>[0]['state'] {
    const under = this;
    return {
      get applied() {
        return under.applied;
      },
      read: (_key, hasRoom) => {
        const { entry, isInMemory, failure } = under;
        under.onRead();
        if (under.found !== undefined) return under.found;
        if (!hasRoom(isInMemory ? (entry?.value.length ?? 0) : mebibyte)) return noRoom;
        if (isInMemory) return entry;
        return failure === undefined ? Promise.resolve(entry) : Promise.reject(failure);
      },
      readRange: async ({ type, asOf }) => {
        if (under.failure !== undefined) throw under.failure;
        if (asOf !== 'now') return asOf < 7 ? 'compacted' : 'ahead';
        const page = { revision: 7, next: undefined };
        return type === 'scan' ? { type, entries: [], ...page } : { type, count: 0, ...page };
      },
    };
  }
}
