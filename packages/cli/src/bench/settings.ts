/** From the flags of `bench` to what is asked of the cluster, and how. */
import type { Consistency, Transport } from '@paxkv/client';
import { sessionWindowMax } from '@paxkv/protocol';
import { CliError, exitCodes } from '../exit-code.ts';
import type { Distribution } from './workload/key-choice.ts';
import { type Mix, mixOf, type YcsbName, ycsb, ycsbValueBytes } from './workload/mix.ts';

/** As the parser gives them: what has a default depending on others may be absent. */
export interface BenchFlags {
  readonly workload?: YcsbName;
  readonly reads?: number;
  readonly consistency: Consistency;
  readonly keys: number;
  readonly keyBytes: number;
  readonly valueBytes?: number;
  readonly distribution?: Distribution;
  readonly inFlight: number;
  readonly clients: number;
  readonly http?: true;
  readonly rate?: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly fill: boolean;
  readonly seed: number;
}

export interface BenchSettings {
  /** The YCSB workload it follows, if it does. */
  readonly workload?: YcsbName;
  readonly mix: Mix;
  readonly distribution: Distribution;
  readonly consistency: Consistency;
  readonly keyCount: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly inFlight: number;
  readonly clientCount: number;
  readonly transport: Transport;
  /** An open loop of so many requests a second; absent: a closed loop. */
  readonly perSecond?: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Whether every key is written before. */
  readonly isFilled: boolean;
  readonly seed: number;
}

/** @throws CliError where flags contradict one another. */
export function toBenchSettings(flags: BenchFlags): BenchSettings {
  const { workload, inFlight, clients: clientCount } = flags;
  if (workload !== undefined && flags.reads !== undefined) {
    throw usage('--workload sets the share of reads itself: leave --reads out');
  }
  if (clientCount > inFlight) {
    throw usage(
      `--clients ${clientCount} would leave some of them idle with --in-flight ${inFlight}`,
    );
  }
  if (inFlight > clientCount * sessionWindowMax) {
    const least = Math.ceil(inFlight / sessionWindowMax);
    throw usage(`--in-flight ${inFlight} takes --clients ${least} or more`);
  }
  const named = workload === undefined ? undefined : ycsb[workload];
  return {
    ...(workload !== undefined && { workload }),
    ...(flags.rate !== undefined && { perSecond: flags.rate }),
    mix: named?.mix ?? mixOf(flags.reads ?? 0),
    distribution: flags.distribution ?? named?.distribution ?? 'uniform',
    consistency: flags.consistency,
    keyCount: flags.keys,
    keyBytes: flags.keyBytes,
    valueBytes: flags.valueBytes ?? (workload === undefined ? 128 : ycsbValueBytes),
    ...{ inFlight, clientCount },
    transport: flags.http ? 'http' : 'stream',
    seconds: flags.seconds,
    warmUpSeconds: flags.warmUp,
    isFilled: flags.fill,
    seed: flags.seed,
  };
}

function usage(message: string): CliError {
  return new CliError(message, exitCodes.usage);
}
