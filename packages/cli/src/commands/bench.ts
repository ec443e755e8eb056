import { writeFile } from 'node:fs/promises';
import { systemEnvironment } from '@paxkv/client';
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { type Command, Option } from 'commander';
import { ClientTarget } from '../bench/client-target.ts';
import { toHtmlReport } from '../bench/report/html-report.ts';
import { beginProgress } from '../bench/report/progress-bar.ts';
import { toTextReport } from '../bench/report/text-report.ts';
import { type BenchResult, runBench } from '../bench/run-bench.ts';
import { type BenchFlags, type BenchSettings, toBenchSettings } from '../bench/settings.ts';
import { distributions } from '../bench/workload/key-choice.ts';
import { ycsb } from '../bench/workload/mix.ts';
import { keyBytesMin } from '../bench/workload/records.ts';
import { CliError, messageOf } from '../cli-error.ts';
import { toClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { wholeNumber } from '../settings/kinds.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface BenchOptions extends ClientOptions, BenchFlags {
  readonly html?: string;
}

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
    const settings = toBenchSettings(options);
    const result = await bench(settings, options);
    await streams.data(
      options.json ? jsonLine({ settings, ...result }) : toTextReport(settings, result),
    );
    if (options.html !== undefined) await writePage(options.html, toHtmlReport(settings, result));
    if (result.answered === 0) throw new CliError('CLI_NO_ANSWER', 'no request was answered');
  });
}

async function bench(settings: BenchSettings, options: BenchOptions): Promise<BenchResult> {
  const stop = new AbortController();
  // Ctrl-C prints what was measured so far; a second one ends the process.
  const onInterrupt = () => stop.abort();
  const { clientCount, transport, consistency } = settings;
  const clients = Array.from({ length: clientCount }, () => toClient(options, transport));
  const target = new ClientTarget(clients, consistency);
  const progress = beginProgress();
  process.once('SIGINT', onInterrupt);
  try {
    return await runBench(settings, {
      target,
      clock: systemEnvironment().clock,
      onProgress: progress.update,
      signal: stop.signal,
    });
  } finally {
    progress.end();
    process.removeListener('SIGINT', onInterrupt);
    await target.close();
  }
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (cause) {
    const message = `--html: cannot write ${file}: ${messageOf(cause)}`;
    throw new CliError('CLI_OUTPUT', message, { cause });
  }
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
