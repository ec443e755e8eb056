import { readFile } from 'node:fs/promises';
import type { OperationResult, TransactionInput, TransactionResult } from '@paxkv/client';
import { Argument, type Command } from 'commander';
import { CliError, messageOf } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams, toJsonValue } from '../streams.ts';
import { readValue } from '../value-input.ts';

export function addTransaction(program: Command, streams: Streams): void {
  const command = program
    .command('txn')
    .description('compare and change several keys in one step; prints the results as JSON')
    .addArgument(
      new Argument(
        '[file]',
        'the transaction as JSON, {"if":[…],"then":[…],"else":[…]}; without it, or for -, standard input',
      ),
    );
  addClientOptions(command).action(async (file: string | undefined, options: ClientOptions) => {
    const input = toInput(await readInput(file, streams));
    const result = await withClient(options, (client) => transact(() => client.transact(input)));
    await streams.data(jsonLine(toJson(result)));
  });
}

async function readInput(file: string | undefined, streams: Streams): Promise<string> {
  if (file === undefined && !streams.isPiped) {
    const message = 'the transaction is missing: name a file, or pipe it in';
    throw new CliError('CLI_USAGE', message);
  }
  if (file === undefined || file === '-') {
    return Buffer.from(await readValue('-', streams)).toString();
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE', `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

function toInput(text: string): TransactionInput {
  try {
    return JSON.parse(text) as TransactionInput;
  } catch (cause) {
    const message = `the transaction is not JSON: ${messageOf(cause)}`;
    throw new CliError('CLI_USAGE', message, { cause });
  }
}

/** The client checks the form of the transaction before it sends it. */
async function transact<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CliError('CLI_USAGE', `the transaction: ${cause.message}`, { cause });
  }
}

function toJson({ passed, revision, results }: TransactionResult<Uint8Array>): object {
  return { passed, revision, results: results.map(resultToJson) };
}

function resultToJson(result: OperationResult<Uint8Array>): object {
  switch (result.type) {
    case 'get': {
      if (result.entry === undefined) return { type: 'get', found: false };
      const { value, ...versions } = result.entry;
      return { type: 'get', found: true, ...toJsonValue(value), ...versions };
    }
    case 'increment':
      return { ...result, value: String(result.value) };
    case 'transact':
      return { type: 'transact', ...toJson(result) };
    default:
      return result;
  }
}
