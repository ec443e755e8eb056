/** The forms in which commands print entries: `-o simple`, `json`, `table` or `raw`. */
import type { ScannedEntry } from '@paxkv/client';
import Table from 'cli-table3';
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import { jsonLine, toJsonKey, toJsonValue } from './streams.ts';

export const entryForms = ['simple', 'json', 'table', 'raw'] as const;
export type EntryForm = (typeof entryForms)[number];

export interface FormOptions {
  readonly output?: EntryForm;
  readonly json?: true;
  readonly raw?: true;
}

/** Prints the entries of a whole result, page by page. */
export interface EntryPrinter {
  page(entries: readonly ScannedEntry<'buffer'>[]): string | Uint8Array;
  /** What comes after all pages. */
  end(): string;
}

export function addFormOption(command: Command): Command {
  return command.addOption(
    new Option(
      '-o, --output <form>',
      'how entries are printed; json is the same as --json',
    ).choices(entryForms),
  );
}

/** @throws CliError `CLI_USAGE` if two forms are asked for. */
export function formOf({ output, json, raw }: FormOptions): EntryForm {
  const asked = new Set(
    [output, json && 'json', raw && 'raw'].filter((form) => form !== undefined),
  );
  const [form = 'simple', other] = [...asked] as EntryForm[];
  if (other === undefined) return form;
  throw new CliError('CLI_USAGE', `the result is either ${form} or ${other}`);
}

/** A key or a value as one line: what a terminal might act on is escaped as in JSON, and so are bytes that are no text. */
export function lineOf(bytes: Uint8Array): string {
  const shown = toJsonValue(bytes);
  const text = 'value' in shown ? shown.value : `base64:${shown.valueBase64}`;
  return /\p{Control}|\\/u.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

export function printerOf(form: EntryForm): EntryPrinter {
  switch (form) {
    case 'simple':
      return lines(({ key, value }) => `${lineOf(key)}\t${lineOf(value)}\n`);
    case 'json':
      return lines(({ key, value, ...versions }) =>
        jsonLine({ ...toJsonKey(key), ...toJsonValue(value), ...versions }),
      );
    case 'raw':
      return { page: (entries) => Buffer.concat(entries.map(({ value }) => value)), end: () => '' };
    case 'table':
      return tablePrinter();
  }
}

function lines(toLine: (entry: ScannedEntry<'buffer'>) => string): EntryPrinter {
  return { page: (entries) => entries.map(toLine).join(''), end: () => '' };
}

/** The width of a column depends on all entries, so they are printed at the end. */
function tablePrinter(): EntryPrinter {
  const table = new Table({
    head: ['key', 'value', 'revision', 'version'],
    colAligns: ['left', 'left', 'right', 'right'],
    style: { head: [], border: [] },
  });
  return {
    page(entries) {
      for (const { key, value, modRevision, version } of entries) {
        table.push([lineOf(key), lineOf(value), modRevision, version]);
      }
      return '';
    },
    end: () => `${table.toString()}\n`,
  };
}
