/** The settings of a benchmark, from the options of the command. */
import type { Consistency, Transport } from '@paxkv/client';
import { sessionWindowMax } from '@paxkv/protocol';
import { CliError } from '../cli-error.ts';
import type { Distribution } from './workload/key-choice.ts';
import { type Mix, mixOf, type YcsbName, ycsb, ycsbValueBytes } from './workload/mix.ts';

/** The parsed options. An option whose default depends on other options may be absent. */
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
  /** The YCSB workload, if one was named. */
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
  /** The rate of an open loop, in requests per second; absent for a closed loop. */
  readonly perSecond?: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Whether every key is written before the measurement. */
  readonly isFilled: boolean;
  readonly seed: number;
}

/** @throws CliError `CLI_USAGE` if options contradict each other. */
export function toBenchSettings(flags: BenchFlags): BenchSettings {
  const { workload, inFlight, clients: clientCount } = flags;
  if (workload !== undefined && flags.reads !== undefined) {
    throw usage('--workload sets the share of reads: leave --reads out');
  }
  if (clientCount > inFlight) {
    throw usage(
      `--clients ${clientCount} is more than --in-flight ${inFlight}, so some clients would be idle`,
    );
  }
  if (inFlight > clientCount * sessionWindowMax) {
    const least = Math.ceil(inFlight / sessionWindowMax);
    throw usage(`--in-flight ${inFlight} needs --clients ${least} or more`);
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
    inFlight,
    clientCount,
    transport: flags.http ? 'http' : 'stream',
    seconds: flags.seconds,
    warmUpSeconds: flags.warmUp,
    isFilled: flags.fill,
    seed: flags.seed,
  };
}

function usage(message: string): CliError {
  return new CliError('CLI_USAGE', message);
}
