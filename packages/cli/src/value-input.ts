/** Where keys and values come from, and that they come exactly as they were given. */
import type { Readable } from 'node:stream';
import { KvError } from '@paxkv/client';
import { valueBytesMax } from '@paxkv/protocol';
import { Argument, type Command } from 'commander';
import { CliError, exitCodes } from './exit-code.ts';

export function addKeyArgument(command: Command): Command {
  return command.addArgument(new Argument('<key>', 'as text').argParser(toExactText));
}

export function addValueArgument(command: Command): Command {
  const text = 'the value; - or none reads standard input, byte for byte';
  return command.addArgument(new Argument('[value]', text).argParser(toExactText));
}

/**
 * The argument's text, or the bytes of `input` for `-` or none.
 *
 * @throws CliError if there is no argument and nothing is piped in; KvError `KV_TOO_LARGE`.
 */
export async function readValue(
  argument: string | undefined,
  input: Readable & { readonly isTTY?: boolean },
): Promise<string | Uint8Array> {
  if (argument !== undefined && argument !== '-') return argument;
  if (argument === undefined && input.isTTY === true) {
    throw new CliError('a value is missing: give it as an argument or pipe it in', exitCodes.usage);
  }
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    byteCount += chunk.length;
    if (byteCount > valueBytesMax) throw tooLarge();
  }
  return Buffer.concat(chunks);
}

/** Node reads bytes that are no text as U+FFFD: to store that would be to store something else. */
function toExactText(text: string): string {
  if (!text.includes('\uFFFD')) return text;
  throw new CliError(
    'the key or value holds bytes that are no UTF-8; pipe a value in, or use the HTTP interface',
    exitCodes.usage,
  );
}

function tooLarge(): KvError {
  return new KvError('KV_TOO_LARGE', `the value is over the limit of ${valueBytesMax} bytes`);
}
