/** Kinds of values that a setting may have: how their text is parsed, checked and written. */
import { InvalidArgumentError } from 'commander';

/** One kind of value. A value has the same text on the command line, in the environment and in a file. */
export interface Kind<T> {
  /** The values and their unit, for help and documents: `whole number, 0 to 999`. */
  readonly range: string;
  /** @throws InvalidArgumentError, which says what the text must be. */
  parse(text: string): T;
  /** A text that `parse` takes for `value`. */
  format(value: T): string;
}

/** A whole number from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    range: `whole number, ${min} to ${max}`,
    parse(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    },
    format: String,
  };
}

const unitMs = { ms: 1, s: 1000, m: 60_000 } as const;

/** A time in whole milliseconds from `minMs` to `maxMs`, both included. A number without a unit is in milliseconds. */
export function duration(minMs: number, maxMs: number): Kind<number> {
  const format = (ms: number) => withUnit(ms, unitMs);
  return {
    range: `time, ${format(minMs)} to ${upTo(maxMs, format)}`,
    parse(text) {
      const valueMs = readWithUnit(/^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m)?$/, text, unitMs);
      if (valueMs >= minMs && valueMs <= maxMs) return valueMs;
      throw new InvalidArgumentError(
        `It must be a time such as 500ms, 5s or 2m, from ${minMs} to ${maxMs} milliseconds.`,
      );
    },
    format,
  };
}

const unitBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** A size in whole bytes from `min` to `max`, both included. A number without a unit is in bytes. */
export function size(min: number, max: number): Kind<number> {
  const format = (bytes: number) => withUnit(bytes, unitBytes);
  return {
    range: `size, ${format(min)} to ${upTo(max, format)}`,
    parse(text) {
      const bytes = readWithUnit(/^(\d{1,12}(?:\.\d{1,3})?)(B|KiB|MiB|GiB)?$/, text, unitBytes);
      if (bytes >= min && bytes <= max) return bytes;
      throw new InvalidArgumentError(
        `It must be a size such as 512KiB, 128MiB or 1GiB, from ${min} to ${max} bytes.`,
      );
    },
    format,
  };
}

/**
 * A switch. The empty text means no, so that a variable of the environment that is set but empty turns nothing
 * on.
 */
export const yesOrNo: Kind<boolean> = {
  range: 'yes or no',
  parse(text) {
    if (/^(?:yes|true|1)$/i.test(text)) return true;
    if (/^(?:no|false|0|)$/i.test(text)) return false;
    throw new InvalidArgumentError('It must be yes or no.');
  },
  format: (value) => (value ? 'yes' : 'no'),
};

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[]): Kind<T> {
  const range = words.join(', ').replace(/, (?=[^,]*$)/, ' or ');
  return {
    range,
    parse(text) {
      const word = words.find((each) => each === text);
      if (word !== undefined) return word;
      throw new InvalidArgumentError(`It must be ${range}.`);
    },
    format: (word) => word,
  };
}

/** Any text; the server checks it. `range` says what it is. */
export function text(range: string): Kind<string> {
  return { range, parse: (given) => given, format: (value) => value };
}

/**
 * Texts separated by commas, without the spaces around them. Empty ones are kept, since the position of each may
 * matter: dropping one would move those after it.
 */
export function list(range: string): Kind<readonly string[]> {
  return {
    range,
    parse: (given) => given.split(',').map((part) => part.trim()),
    format: (parts) => parts.join(','),
  };
}

/** NaN unless `pattern` finds a number and one of the units in `text`. */
function readWithUnit(
  pattern: RegExp,
  text: string,
  units: Readonly<Record<string, number>>,
): number {
  const [, digits = '', unit] = pattern.exec(text) ?? [];
  if (digits === '') return Number.NaN;
  const factor = unit === undefined ? 1 : units[unit];
  return Math.round(Number(digits) * (factor ?? Number.NaN));
}

/** The number in the largest unit of which it is a multiple. */
function withUnit(value: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([, factor]) => value % factor === 0);
  const [unit, factor] = fitting.at(-1) ?? ['', 1];
  return `${value / factor}${unit}`;
}

/** The end of a range. Some are one below a round number. */
function upTo(max: number, format: (value: number) => string): string {
  const [text, next] = [format(max), format(max + 1)];
  return next.length < text.length ? `just below ${next}` : text;
}
