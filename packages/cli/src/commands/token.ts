import { type Command, Option } from 'commander';
import { withoutToken, withToken } from '../auth/auth-changes.ts';
import { tokensText } from '../auth/auth-text.ts';
import { makeToken } from '../auth/new-token.ts';
import { withClient } from '../client.ts';
import type { ClientOptions } from '../options.ts';
import { wholeNumber } from '../settings/kinds.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addGroup, addToGroup, changeAuth, printAuth } from './auth.ts';

interface CreateOptions extends ClientOptions {
  readonly days?: number;
}

const daysMax = 3650;
const dayMs = 86_400_000;

export function addToken(program: Command, streams: Streams): void {
  const group = addGroup(program, 'token', 'create, delete and list tokens of users');
  addToGroup(group, 'create', 'create a token of a user and print it; it is shown only now')
    .argument('<user>', 'root, or a user that was added')
    .addOption(
      new Option(
        '--days <count>',
        'how long it is valid; without this, until it is deleted',
      ).argParser(wholeNumber(1, daysMax).parse),
    )
    .action(async (user: string, options: CreateOptions) => {
      const { days, json } = options;
      const token = await makeToken(user, days === undefined ? 0 : Date.now() + days * dayMs);
      await withClient(options, (client) =>
        client.auth.change((table) => withToken(table, token.hash)),
      );
      const { id } = token.hash;
      await streams.data(json ? jsonLine({ id, token: token.text }) : `${token.text}\n`);
    });
  addToGroup(group, 'delete', 'delete a token: from then on it proves nothing')
    .argument('<id>', 'the part of the token between the underscore and the dot')
    .action((id: string, options: ClientOptions) =>
      changeAuth(options, streams, (table) => withoutToken(table, id)),
    );
  addToGroup(group, 'list', 'list tokens: their ids, users and when they expire').action(
    (options: ClientOptions) => printAuth(options, streams, tokensText),
  );
}
