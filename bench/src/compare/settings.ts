/** The options of a comparison run: flags, defaults, ranges. */
import { Command, InvalidArgumentError } from 'commander';
import { type StoreName, storeNames } from '../stores/store.ts';
import { longRowKeys, type RowKey, rowKeys } from './row-keys.ts';

export interface CompareSettings {
  readonly rows: readonly RowKey[];
  /** The stores that paxkv is compared with, if they are installed. */
  readonly peers: readonly StoreName[];
  readonly roundCount: number;
  readonly keyCount: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly killCount: number;
  readonly freezeCount: number;
  /** Duration of the memory row; 0 skips it. */
  readonly memoryMinutes: number;
  readonly jsonFile?: string;
  readonly htmlFile?: string;
}

interface Flags {
  readonly only?: readonly RowKey[];
  readonly peers: readonly StoreName[];
  readonly quick: boolean;
  readonly full: boolean;
  readonly rounds?: number;
  readonly seconds?: number;
  readonly keys: number;
  readonly kills?: number;
  readonly memoryMinutes?: number;
  readonly json?: string;
  readonly html?: string;
}

const usual = { rounds: 5, seconds: 3, warmUpSeconds: 1, kills: 20, freezes: 5 };
const quick = { rounds: 2, seconds: 1, warmUpSeconds: 0.5, kills: 3, freezes: 1 };
const memoryMinutesFull = 10;

/** Ends the process with a message on standard error if the arguments make no sense. */
export function parseSettings(argv: readonly string[]): CompareSettings {
  return toSettings(
    createParser()
      .parse([...argv], { from: 'user' })
      .opts<Flags>(),
  );
}

export function createParser(): Command {
  return new Command('npm run bench:compare --')
    .description(
      'Compares paxkv with the stores installed on this machine, on the same loads in turn.',
    )
    .option('--only <rows>', `some rows: ${rowKeys.join(', ')}`, toRows)
    .option('--peers <stores>', 'compare paxkv with these only', toPeers, storeNames.slice(1))
    .option(
      '--quick',
      '2 rounds of 1 second, 3 kills, 1 freeze, unless set by other options',
      false,
    )
    .option('--full', 'memory over 10 minutes and five nodes with large values as well', false)
    .option('--rounds <n>', 'rounds of each load (default: 5)', toCount)
    .option('--seconds <n>', 'length of each load (default: 3)', toCount)
    .option('--keys <n>', 'number of keys, written before the rounds', toCount, 10_000)
    .option('--kills <n>', 'number of kills of the leader (default: 20)', toCount)
    .option('--memory-minutes <n>', 'duration of the memory row', toCount)
    .option('--json <file>', 'also write all figures to this file')
    .option('--html <file>', 'also write the table as an HTML page');
}

function toSettings(flags: Flags): CompareSettings {
  const preset = flags.quick ? quick : usual;
  const rows = flags.only ?? rowKeys.filter((key) => flags.full || !longRowKeys.includes(key));
  const isMemoryAsked = flags.full || flags.only?.includes('memory');
  return {
    rows,
    peers: flags.peers,
    keyCount: flags.keys,
    roundCount: flags.rounds ?? preset.rounds,
    seconds: flags.seconds ?? preset.seconds,
    warmUpSeconds: preset.warmUpSeconds,
    killCount: flags.kills ?? preset.kills,
    freezeCount: preset.freezes,
    memoryMinutes: flags.memoryMinutes ?? (isMemoryAsked ? memoryMinutesFull : 0),
    ...(flags.json !== undefined && { jsonFile: flags.json }),
    ...(flags.html !== undefined && { htmlFile: flags.html }),
  };
}

function toRows(text: string): readonly RowKey[] {
  return text.split(',').map((part) => {
    const key = rowKeys.find((known) => known === part);
    if (key === undefined) throw new InvalidArgumentError(`Rows are ${rowKeys.join(', ')}.`);
    return key;
  });
}

function toPeers(text: string): readonly StoreName[] {
  return text.split(',').map((part) => {
    const peer = storeNames.slice(1).find((name) => name.toLowerCase() === part.toLowerCase());
    if (peer === undefined) throw new InvalidArgumentError('Peers are etcd, ZooKeeper, Redis.');
    return peer;
  });
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 99999.');
  }
  return Number(text);
}
