/** Where a value comes from: the argument, or standard input for `-` or none. */
import type { Readable } from 'node:stream';
import { CliError, exitCodes } from './exit-code.ts';

/** @throws CliError if there is no argument and nothing is piped in. */
export async function readValue(
  argument: string | undefined,
  input: Readable & { readonly isTTY?: boolean },
): Promise<string | Uint8Array> {
  if (argument !== undefined && argument !== '-') return argument;
  if (argument === undefined && input.isTTY === true) {
    throw new CliError('a value is missing: give it as an argument or pipe it in', exitCodes.usage);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
