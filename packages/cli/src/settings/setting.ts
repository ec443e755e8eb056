/**
 * What a setting is. Everything else derives from it: its flag, its variable of the environment, its key in a
 * file, its line in help and documents, and the setting of the server that it becomes.
 */
import type { Kind } from './kinds.ts';

/**
 * One setting of a command. Its name is its key in a table of settings and in a YAML file. No value is a secret, since
 * settings are given on command lines and printed: a secret is the content of the file that a setting names.
 */
export interface Setting<T = unknown> {
  readonly kind: Kind<T>;
  /** What it is for, in one line. */
  readonly help: string;
  /** What stands for the value in help. */
  readonly placeholder: string;
  /** A flag of one letter. */
  readonly short?: string;
  readonly isRequired?: true;
  /** The value where nothing is given. Absent if the setting is required, or if the server has the default. */
  readonly default?: T;
  /** The default of the server, for people. */
  readonly defaultText?: string;
  /** Where it belongs among the settings of the server: a path such as `limits.logBytesMax`. */
  readonly server?: string;
  /** The setting of the server that is the content of the file whose path this is. */
  readonly contentOf?: { readonly server: string; readonly isPrivate?: true };
}

/** Settings by name. */
export type SettingTable = Readonly<Record<string, Setting>>;

/** The values of the settings of a table. Those without a default may be absent. */
export type ValuesOf<T extends SettingTable> = {
  readonly [N in keyof T]: T[N] extends { isRequired: true } | { default: unknown }
    ? ValueOf<T[N]>
    : ValueOf<T[N]> | undefined;
};

type ValueOf<S extends Setting> = ReturnType<S['kind']['parse']>;

/** `logBudget` is `--log-budget` on a command line. */
export function flagOf(name: string): string {
  return `--${toWords(name).join('-')}`;
}

/** `logBudget` is `PAXKV_LOG_BUDGET` in the environment. */
export function variableOf(name: string): string {
  return ['PAXKV', ...toWords(name)].join('_').toUpperCase();
}

/** The text of a value for people. */
export function textOf({ kind }: Setting, value: unknown): string {
  return kind.format(value);
}

/** The default for people; `undefined` if there is none. */
export function defaultTextOf(setting: Setting): string | undefined {
  const { defaultText, default: value } = setting;
  return defaultText ?? (value === undefined ? undefined : textOf(setting, value));
}

function toWords(name: string): string[] {
  return name
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()
    .split(' ');
}
