/** The entry point of the simulator: a world with clocks, nodes, disks and a network. */
export type { BootClock } from './boot-clock.ts';
export { type DiskPace, SimDisk, type SimDiskOptions, type WriteFate } from './disk.ts';
export { Gate } from './gate.ts';
export {
  flushPace,
  type Level,
  LevelDisk,
  type LevelDiskOptions,
  type Operation,
  type Rows,
} from './level-disk.ts';
export type { Fate } from './network/carrier.ts';
export {
  type CallProfile,
  type DatagramProfile,
  drawHarsh,
  type FaultProfile,
  harsh,
  lab,
  reliable,
} from './network/fault-profile.ts';
export type { Flight, Flights } from './network/flights.ts';
export type { HintProfile } from './network/hints.ts';
export { type Bandwidth, SimNetwork, type SimNetworkOptions } from './network/network.ts';
export { type Port, type PortFaults, PortNetwork } from './network/port-network.ts';
export { type Boot, type Lifetime, SimNode } from './node.ts';
export type { NodeClock, NodeClockOptions } from './node-clock.ts';
export { SeededRandom } from './seeded-random.ts';
export { type SeededRunOptions, seeded, seededRun } from './seeded-run.ts';
export { type RunOptions, World, type WorldOptions } from './world.ts';
