/** The time to live of leases, of keys and of locks on the command line. */
import { type Command, Option } from 'commander';
import { duration } from './settings/kinds.ts';

/** From a second to a day. */
const ttl = duration(1000, 24 * 60 * 60 * 1000);

/** Adds `--ttl`. `fallbackMs`: without it the command has no time to live unless one is given. */
export function addTtlOption(command: Command, text: string, fallbackMs?: number): Command {
  const option = new Option('--ttl <time>', `${text}: 1s to 1440m`).argParser(ttl.parse);
  if (fallbackMs !== undefined) option.default(fallbackMs, ttl.format(fallbackMs));
  return command.addOption(option);
}
