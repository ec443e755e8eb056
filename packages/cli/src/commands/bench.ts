import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { type Command, Option } from 'commander';
import type { BenchOptions } from '../bench/bench-command.ts';
import { distributions } from '../bench/workload/key-choice.ts';
import { ycsb } from '../bench/workload/mix.ts';
import { keyBytesMin } from '../bench/workload/records.ts';
import { addClientOptions } from '../options.ts';
import { wholeNumber } from '../settings/kinds.ts';
import type { Streams } from '../streams.ts';

const keyCountMax = 10_000_000;
const inFlightMax = 65_536;
const clientCountMax = 1024;
const perSecondMax = 1_000_000;
const secondsMax = 86_400;
const seedMax = 2 ** 32 - 1;

export function addBench(program: Command, streams: Streams): void {
  const command = program
    .command('bench')
    .description('put a cluster under load and measure it; overwrites the keys "user…"');
  for (const option of [...trafficOptions(), ...loopOptions()]) command.addOption(option);
  command.option('--html <file>', 'also write a page with plots');
  addClientOptions(command).action(async (options: BenchOptions) => {
    // Loaded only here, since histograms and plots take a while and no other command needs them.
    const { benchCommand } = await import('../bench/bench-command.ts');
    await benchCommand(options, streams);
  });
}

function trafficOptions(): Option[] {
  return [
    new Option(
      '-w, --workload <name>',
      'a YCSB workload: sets mix and distribution, with 1000-byte values',
    ).choices(Object.keys(ycsb)),
    number('--reads <percent>', 'share of gets (default: 0); the rest are puts', [0, 100]),
    new Option('--consistency <level>', 'consistency of gets')
      .choices(['linearizable', 'serializable'])
      .default('linearizable'),
    number('--keys <count>', 'number of keys', [1, keyCountMax], 10_000),
    number('--key-bytes <n>', 'length of each key', [keyBytesMin, keyBytesMax], 16),
    number('--value-bytes <n>', 'length of each value (default: 128)', [0, valueBytesMax]),
    new Option('--distribution <name>', 'how often each key is chosen (default: uniform)').choices(
      distributions,
    ),
    new Option('--no-fill', 'do not write every key before a load that reads'),
    number('--seed <n>', 'the same seed requests the same keys in the same order', [0, seedMax], 1),
  ];
}

function loopOptions(): Option[] {
  return [
    number('--in-flight <count>', 'requests in progress at the same time', [1, inFlightMax], 64),
    number(
      '--clients <count>',
      'number of clients that share the requests',
      [1, clientCountMax],
      1,
    ),
    new Option('--http', 'send each request over HTTP instead of a stream'),
    number('--rate <per second>', 'open loop: send at this rate, however slow the answers are', [
      1,
      perSecondMax,
    ]),
    number('--seconds <n>', 'length of the measurement', [1, secondsMax], 10),
    number('--warm-up <seconds>', 'length of the warm-up before it', [0, secondsMax], 2),
  ];
}

function number(
  flags: string,
  text: string,
  [min, max]: readonly [number, number],
  preset?: number,
): Option {
  const option = new Option(flags, text).argParser(wholeNumber(min, max).parse);
  return preset === undefined ? option : option.default(preset);
}
