/** Commands as rows, for the log. A tag never changes its meaning. */

import type { Bytes, Command } from '../command.ts';
import { keyBytesMax, valueBytesMax } from '../contract.ts';
import { type Row, toBytes, toText } from './packed.ts';

/** Of the name a client gives itself. */
export const clientNameLengthMax = 64;

const tags = { get: 0, put: 1, append: 2, delete: 3, openSession: 4 } as const;

/** The row of a command: its tag and its fields. */
export function fromCommand(command: Command): Row {
  const tag = tags[command.type];
  switch (command.type) {
    case 'get':
    case 'delete':
      return [tag, command.key];
    case 'put':
    case 'append':
      return [tag, command.key, command.value];
    case 'openSession':
      return [tag, command.client];
  }
}

/** @throws TypeError unless `row` is a command within the limits of the client's protocol. */
export function toCommand([tag, first, second]: Row): Command {
  switch (tag) {
    case tags.get:
      return { type: 'get', key: toKey(first) };
    case tags.put:
      return { type: 'put', key: toKey(first), value: toValue(second) };
    case tags.append:
      return { type: 'append', key: toKey(first), value: toValue(second) };
    case tags.delete:
      return { type: 'delete', key: toKey(first) };
    case tags.openSession:
      return { type: 'openSession', client: toClientName(first) };
    default:
      throw new TypeError(`No command has the tag ${String(tag)}.`);
  }
}

function toKey(field: unknown): Bytes {
  const key = toBytes(field);
  if (key.length >= 1 && key.length <= keyBytesMax) return key;
  throw new TypeError(`A key has 1 to ${keyBytesMax} bytes, this one ${key.length}.`);
}

function toValue(field: unknown): Bytes {
  const value = toBytes(field);
  if (value.length <= valueBytesMax) return value;
  throw new TypeError(`A value has at most ${valueBytesMax} bytes, this one ${value.length}.`);
}

function toClientName(field: unknown): string {
  const client = toText(field);
  if (client.length >= 1 && client.length <= clientNameLengthMax) return client;
  throw new TypeError(`A client's name has 1 to ${clientNameLengthMax} characters.`);
}
