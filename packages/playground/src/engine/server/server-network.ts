/** What the servers of one run share besides the network of Paxos: the labels of values, and ports for other messages. */
import type {
  ChecksumMessage,
  ForwardedBatch,
  StateMessage,
} from '@paxkv/kvserver/internal/replica/ports';
import { PortNetwork, type World } from '@paxkv/simulator';
import { ValueLabels } from './value-labels.ts';

const delayMsMax = 10;

export class ServerNetwork {
  readonly labels = new ValueLabels();
  readonly forwards: PortNetwork<ForwardedBatch>;
  readonly states: PortNetwork<StateMessage>;
  readonly checksums: PortNetwork<ChecksumMessage>;

  /** `isLost`: whether a message of one server to another is lost now. */
  constructor(world: World, isLost: (from: number, to: number) => boolean) {
    const faults = { isCut: isLost, delayMsMax };
    this.forwards = new PortNetwork(world, 'forwards', faults);
    this.states = new PortNetwork(world, 'state transfers', faults);
    this.checksums = new PortNetwork(world, 'checksums', faults);
  }

  unplug(me: number): void {
    for (const ports of [this.forwards, this.states, this.checksums]) ports.unplug(me);
  }
}
