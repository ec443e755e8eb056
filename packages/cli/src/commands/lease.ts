import { type Command, Option } from 'commander';
import { withClient } from '../client.ts';
import type { ClientOptions } from '../options.ts';
import { duration } from '../settings/kinds.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addGroup, addToGroup } from './auth.ts';

interface GrantOptions extends ClientOptions {
  readonly ttl: number;
}

const ttlMsDefault = 60_000;

export function addLease(program: Command, streams: Streams): void {
  const group = addGroup(program, 'lease', 'keys that are deleted unless their lease is renewed');
  const grant = addToGroup(group, 'grant', 'make a lease and print its id; put --lease uses it');
  addTtlOption(grant, 'how long it lasts unless it is renewed', ttlMsDefault).action(
    async (options: GrantOptions) => {
      const lease = await withClient(options, ({ leases }) => leases.grant(options.ttl));
      await streams.data(options.json ? jsonLine({ lease }) : `${lease}\n`);
    },
  );
  addToGroup(group, 'renew', 'give a lease its whole time again; prints the time')
    .argument('<id>', 'the id that grant printed')
    .action(async (id: string, options: ClientOptions) => {
      const ttlMs = await withClient(options, ({ leases }) => leases.renew(id));
      await streams.data(options.json ? jsonLine({ ttlMs }) : `${ttlMs}ms\n`);
    });
  addToGroup(group, 'revoke', 'end a lease and delete its keys; prints how many there were')
    .argument('<id>', 'the id that grant printed')
    .action(async (id: string, options: ClientOptions) => {
      const reply = await withClient(options, ({ leases }) => leases.revoke(id));
      await streams.data(options.json ? jsonLine(reply) : `${reply.deleted}\n`);
    });
}

/** From a second to a day. */
const ttl = duration(1000, 24 * 60 * 60 * 1000);

/** Adds `--ttl`. `fallbackMs`: without it the command has no time to live unless one is given. */
export function addTtlOption(command: Command, text: string, fallbackMs?: number): Command {
  const option = new Option('--ttl <time>', `${text}: 1s to 1440m`).argParser(ttl.parse);
  if (fallbackMs !== undefined) option.default(fallbackMs, ttl.format(fallbackMs));
  return command.addOption(option);
}
