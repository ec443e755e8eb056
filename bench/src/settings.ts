/** The options of a benchmark run: flags, defaults, ranges. */
import { valueBytesMax } from '@paxkv/protocol';
import { Command, InvalidArgumentError } from 'commander';

export interface Settings {
  /** Client counts; each is measured separately. */
  readonly clientCounts: readonly number[];
  /** Duration of each load. */
  readonly seconds: number;
  /** Number of puts of the memory measurement. */
  readonly putCount: number;
  readonly valueBytes: number;
  readonly isJson: boolean;
  /** Directory for the CPU profile of each node, written when it stops; `undefined` for none. */
  readonly profileDirectory: string | undefined;
}

interface Flags {
  readonly clients: readonly number[];
  readonly seconds?: number;
  readonly puts?: number;
  readonly valueBytes: number;
  readonly json: boolean;
  readonly quick: boolean;
  readonly cpuProf?: string;
}

/** Ends the process with a message on standard error if the arguments make no sense. */
export function parseSettings(argv: readonly string[]): Settings {
  const command = new Command('npm run bench --')
    .description('Measures a three-node cluster of real processes on this machine.')
    .option('--clients <counts>', 'numbers of clients, e.g. 1,64,256', toCounts, [1, 64, 256])
    .option('--seconds <n>', 'length of each load (default: 5)', toCount)
    .option('--puts <n>', 'puts between the readings of memory (default: 100000)', toCount)
    .option('--value-bytes <n>', 'bytes of each value', toValueBytes, 128)
    .option('--json', 'print one JSON document instead of tables', false)
    .option('--quick', '1 second a load and 10,000 puts, unless set by other options', false)
    .option('--cpu-prof <directory>', 'directory for a CPU profile of each node')
    .parse([...argv], { from: 'user' });
  const flags = command.opts<Flags>();
  return {
    clientCounts: flags.clients,
    seconds: flags.seconds ?? (flags.quick ? 1 : 5),
    putCount: flags.puts ?? (flags.quick ? 10_000 : 100_000),
    valueBytes: flags.valueBytes,
    isJson: flags.json,
    profileDirectory: flags.cpuProf,
  };
}

function toCounts(text: string): readonly number[] {
  return text.split(',').map(toCount);
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  }
  return Number(text);
}

function toValueBytes(text: string): number {
  const bytes = toCount(text);
  if (bytes > valueBytesMax) throw new InvalidArgumentError(`At most ${valueBytesMax}.`);
  return bytes;
}
