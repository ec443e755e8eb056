/** The options of writes that depend on a condition. */
import type {
  Condition,
  ConditionalResult,
  ConditionalType,
  Entry,
  WriteResult,
} from '@paxkv/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.ts';

export interface ConditionFlags {
  readonly ifRevision?: number | 'absent' | 'present';
  readonly ifAbsent?: true;
  readonly ifValue?: string;
}

export function addConditionOptions(command: Command): Command {
  const revision = 'only if the key was last written at this revision, or is absent or present';
  return command
    .addOption(new Option('--if-revision <revision>', revision).argParser(toRevision))
    .addOption(new Option('--if-absent', 'only if the key is absent').conflicts('ifRevision'))
    .option('--if-value <value>', 'only if the key has this value');
}

/** The condition in the options; `undefined` if there is none. */
export function conditionOf({
  ifRevision,
  ifAbsent,
  ifValue,
}: ConditionFlags): Condition | undefined {
  const revision = ifAbsent === true ? 'absent' : ifRevision;
  if (revision === undefined) return ifValue === undefined ? undefined : { ifValue };
  return { ifRevision: revision, ...(ifValue !== undefined && { ifValue }) };
}

/** The result of a write that was done. @throws CliError `CLI_CONDITION` if its condition did not hold */
export function expectDone<T extends ConditionalType>(
  result: ConditionalResult<T, Uint8Array>,
): WriteResult<T> {
  if (!result.done) throw new CliError('CLI_CONDITION', messageFor(result.current));
  const { done: _, ...written } = result;
  return written as unknown as WriteResult<T>;
}

function messageFor(current: Entry<Uint8Array> | undefined): string {
  const now =
    current === undefined
      ? 'the key is absent'
      : `the key was last written at revision ${current.modRevision}`;
  return `nothing was written, since the condition does not hold: ${now}`;
}

function toRevision(text: string): number | 'absent' | 'present' {
  if (text === 'absent' || text === 'present') return text;
  const revision = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(revision) && revision > 0) return revision;
  throw new InvalidArgumentError('It must be a revision, absent or present.');
}
