/** Entries as lines of JSON, which `export` prints and `import` reads. */
import { CliError } from '../cli-error.ts';
import { jsonLine, toJsonKey, toJsonValue } from '../streams.ts';

export interface KeyAndValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** `{"key":…,"value":…}`, with `keyBase64` and `valueBase64` for what is no text. */
export function toEntryLine({ key, value }: KeyAndValue): string {
  return jsonLine({ ...toJsonKey(key), ...toJsonValue(value) });
}

/**
 * Other members are ignored, so that lines of `paxkv get --prefix` can be read as well.
 *
 * @throws CliError `CLI_INPUT` for anything else
 */
export function readEntryLine(line: string): KeyAndValue {
  const { key, keyBase64, value, valueBase64 } = membersOf(line);
  return {
    key: bytesOf('key', key, keyBase64),
    value: bytesOf('value', value, valueBase64),
  };
}

interface Members {
  readonly key?: unknown;
  readonly keyBase64?: unknown;
  readonly value?: unknown;
  readonly valueBase64?: unknown;
}

function membersOf(line: string): Members {
  try {
    const content: unknown = JSON.parse(line);
    if (typeof content === 'object' && content !== null) return content;
  } catch {
    // The error below says what is expected.
  }
  throw new CliError('CLI_INPUT', 'it is no JSON object');
}

function bytesOf(name: string, text: unknown, base64: unknown): Uint8Array {
  if (typeof text === 'string' && base64 === undefined && !/\p{Surrogate}/u.test(text)) {
    return Buffer.from(text);
  }
  if (text === undefined && typeof base64 === 'string') {
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.toString('base64') === base64) return bytes;
  }
  throw new CliError('CLI_INPUT', `it has neither a text ${name} nor a base64 ${name}Base64`);
}
