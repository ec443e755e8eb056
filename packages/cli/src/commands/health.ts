import { setTimeout as sleep } from 'node:timers/promises';
import type { KvClient } from '@paxkv/client';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { addressOf, type ServerAnswer, whyNotReady } from '../server-notes.ts';
import { duration } from '../settings/kinds.ts';
import { jsonLine, type Streams } from '../streams.ts';

interface HealthOptions extends ClientOptions {
  /** Milliseconds. */
  readonly wait: number;
}

const pollMs = 200;
const waitMsMax = 2 ** 31 - 1;

export function addHealth(program: Command, streams: Streams): void {
  const command = program
    .command('health')
    .description('check that every server is ready; exit 1 if one is not, and print why')
    .addOption(
      new Option('-w, --wait <time>', 'wait up to this time until every server is ready')
        .argParser(duration(0, waitMsMax).parse)
        .default(0, 'not at all'),
    );
  addClientOptions(command).action(async (options: HealthOptions) => {
    const answers = await withClient(options, (client) => answersWithin(client, options.wait));
    const notReady = answers.filter((answer) => whyNotReady(answer) !== undefined);
    await streams.data(options.json ? jsonLine(toJson(answers)) : toText(answers));
    if (notReady.length === 0) return;
    const message = `${notReady.length} of ${answers.length} servers are not ready`;
    throw new CliError('CLI_NOT_READY', message);
  });
}

/** The first answers that are all of ready servers, or the last ones within the time. */
async function answersWithin(
  client: KvClient<'buffer'>,
  waitMs: number,
): Promise<readonly ServerAnswer[]> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    const answers = await client.statuses();
    const isReady = answers.every((answer) => whyNotReady(answer) === undefined);
    const leftMs = endMs - performance.now();
    if (isReady || leftMs <= 0) return answers;
    await sleep(Math.min(pollMs, leftMs));
  }
}

/** One line for each server. */
function toText(answers: readonly ServerAnswer[]): string {
  const width = Math.max(...answers.map(({ endpoint }) => addressOf(endpoint).length));
  const lines = answers.map((answer) => {
    const why = whyNotReady(answer);
    const place = addressOf(answer.endpoint).padEnd(width);
    const node = answer.status === undefined ? 'no answer' : `node ${answer.status.node}`.padEnd(9);
    const verdict = why === undefined ? 'ready' : answer.status ? `not ready: ${why}` : why;
    return `${place}  ${node}  ${verdict}\n`;
  });
  return lines.join('');
}

function toJson(answers: readonly ServerAnswer[]): object {
  const servers = answers.map((answer) => {
    const { endpoint, status, error } = answer;
    const reason = whyNotReady(answer);
    return {
      endpoint,
      ...(status === undefined ? {} : { node: status.node, state: status.state }),
      ready: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      ...(error === undefined ? {} : { code: error.code }),
    };
  });
  return { ready: servers.every(({ ready }) => ready), servers };
}
