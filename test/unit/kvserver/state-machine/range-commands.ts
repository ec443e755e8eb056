/** Commands about ranges, from texts with one character for each byte. */
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import type { CommandOf } from '@paxkv/protocol';

/** A version in which every command is at the base level. */
export const everyLevel = { version: { ...thisVersion, commands: {} } };

export interface RangeText {
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
}

function toRange({ prefix = '', from = '', to = '' }: RangeText) {
  const toBytes = (text: string) => Buffer.from(text, 'latin1');
  return { prefix: toBytes(prefix), from: toBytes(from), to: toBytes(to) };
}

export function scan(range: RangeText): CommandOf<'scan'> {
  return {
    type: 'scan',
    ...toRange(range),
    limit: 1000,
    reverse: false,
    keysOnly: false,
    asOf: 'now',
  };
}

export function count(range: RangeText): CommandOf<'count'> {
  return { type: 'count', ...toRange(range), asOf: 'now' };
}

export function deleteRange(range: RangeText): CommandOf<'deleteRange'> {
  return { type: 'deleteRange', ...toRange(range) };
}
