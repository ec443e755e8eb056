/** The key and value arguments of commands. Both are stored exactly as they were given. */
import { KvError } from '@paxkv/client';
import { valueBytesMax } from '@paxkv/protocol';
import { Argument, type Command } from 'commander';
import { CliError, messageOf } from './cli-error.ts';
import type { Streams } from './streams.ts';

export function addKeyArgument(command: Command): Command {
  return command.addArgument(new Argument('<key>', 'as text').argParser(toExactText));
}

export function addValueArgument(command: Command): Command {
  const text = 'the value; without it, or for -, standard input is read byte for byte';
  return command.addArgument(new Argument('[value]', text).argParser(toExactText));
}

/**
 * The argument's text, or the bytes of standard input if the argument is `-` or absent.
 *
 * @throws CliError `CLI_USAGE` if there is no argument and nothing is piped in; `CLI_INPUT` if standard
 * input cannot be read. KvError `KV_TOO_LARGE` as soon as the value is over its limit.
 */
export async function readValue(
  argument: string | undefined,
  { input, isPiped }: Pick<Streams, 'input' | 'isPiped'>,
): Promise<string | Uint8Array> {
  if (argument !== undefined && argument !== '-') return argument;
  if (argument === undefined && !isPiped) {
    const message =
      "the value is missing: give it as an argument ('' for an empty one) or pipe it in";
    throw new CliError('CLI_USAGE', message);
  }
  const chunks: Buffer[] = [];
  let byteCount = 0;
  try {
    for await (const chunk of input) {
      chunks.push(Buffer.from(chunk));
      byteCount += chunk.length;
      if (byteCount > valueBytesMax) break;
    }
  } catch (cause) {
    throw new CliError('CLI_INPUT', `cannot read standard input: ${messageOf(cause)}`, { cause });
  }
  if (byteCount > valueBytesMax) throw tooLarge();
  return Buffer.concat(chunks);
}

/** Node replaces bytes that are not UTF-8 by U+FFFD; storing that would store something else. @throws CliError */
export function toExactText(text: string): string {
  if (!text.includes('\uFFFD')) return text;
  throw new CliError(
    'CLI_USAGE',
    'the key or the value is not UTF-8: pipe such a value in; for such a key use the HTTP interface',
  );
}

function tooLarge(): KvError {
  return new KvError('KV_TOO_LARGE', `the value is over the limit of ${valueBytesMax} bytes`);
}
