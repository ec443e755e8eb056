/** Runs `paxkv bench`: measures with the settings that the options give, and prints the report. */
import { writeFile } from 'node:fs/promises';
import { systemEnvironment } from '@paxkv/client';
import { CliError, messageOf } from '../cli-error.ts';
import { toClient } from '../client.ts';
import type { ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { ClientTarget } from './client-target.ts';
import { toHtmlReport } from './report/html-report.ts';
import { beginProgress } from './report/progress-bar.ts';
import { toTextReport } from './report/text-report.ts';
import { type BenchResult, runBench } from './run-bench.ts';
import { type BenchFlags, type BenchSettings, toBenchSettings } from './settings.ts';

export interface BenchOptions extends ClientOptions, BenchFlags {
  readonly html?: string;
}

/** @throws CliError `CLI_USAGE`, `CLI_OUTPUT`, and `CLI_NO_ANSWER` if no request was answered */
export async function benchCommand(options: BenchOptions, streams: Streams): Promise<void> {
  const settings = toBenchSettings(options);
  const result = await bench(settings, options);
  await streams.data(
    options.json ? jsonLine({ settings, ...result }) : toTextReport(settings, result),
  );
  if (options.html !== undefined) await writePage(options.html, toHtmlReport(settings, result));
  if (result.answered === 0) throw new CliError('CLI_NO_ANSWER', 'no request was answered');
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
