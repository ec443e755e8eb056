/** What one server of a simulated cluster is made of. */
import type {
  ChecksumMessage,
  ForwardedBatch,
  StateMessage,
} from '@paxkv/kvserver/internal/replica/ports';
import type { Version } from '@paxkv/kvserver/internal/state-machine/features';
import type { DiskPace, PortNetwork, SimNetwork } from '@paxkv/simulator';
import type { LevelNetwork } from '../../kv/level-network.ts';
import type { DrawnLimits } from '../schedule/draw-limits.ts';
import type { LogBudget } from '../schedule/schedule.ts';
import type { Bytes, Witness } from '../witness.ts';

export interface ServerOptions {
  readonly me: number;
  readonly serverCount: number;
  readonly network: SimNetwork<Bytes>;
  readonly stateNetwork: PortNetwork<StateMessage>;
  readonly forwardNetwork: PortNetwork<ForwardedBatch>;
  readonly checksumNetwork: PortNetwork<ChecksumMessage>;
  readonly isLed: boolean;
  readonly levelNetwork: LevelNetwork;
  /** The highest feature level of its version, by its starts. */
  readonly versions: readonly number[];
  /** The commands that came with a level above the base. */
  readonly newCommands: Version['commands'];
  readonly logBudget: LogBudget;
  /** The size of a segment of the real journal. Absent: a model stands for it. */
  readonly segmentBytes: number | undefined;
  readonly limits: DrawnLimits;
  readonly windowBytesMax: number;
  readonly windowMsMax: number;
  /** Whether the clock begins anew at each start. */
  readonly isClockOfBoots: boolean;
  readonly clockRate: number;
  readonly pace: DiskPace;
  readonly witness: Required<Witness>;
  /** Called when the server has stopped because of an error. */
  readonly onFailed: (error: Error) => void;
}
