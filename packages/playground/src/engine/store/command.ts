/** The commands of the small store, as values that peers agree on. */

export interface PutCommand {
  readonly call: number;
  readonly key: string;
  readonly value: string;
}

/** The value that fills a log gap. It does nothing. */
export const noop = '·';

export function encodePut({ call, key, value }: PutCommand): string {
  return `${key}=${value} #${call}`;
}

/** Returns `undefined` for a value that is no command of the store. */
export function decodePut(text: string): PutCommand | undefined {
  const match = /^(\w+)=(.*) #(\d+)$/s.exec(text);
  if (match === null) return undefined;
  const [, key = '', value = '', call = ''] = match;
  return { call: Number(call), key, value };
}
