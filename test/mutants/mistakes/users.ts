/** Mistakes of users and rights. */
import { byTest, type Mutant } from '../mutant.ts';

const auth = 'kvserver/src/state-machine/auth/auth.ts';
const authTest = 'unit/kvserver/state-machine/auth/auth';
const rights = 'kvserver/src/state-machine/auth/rights.ts';
const rightsTest = 'unit/kvserver/state-machine/auth/rights';
const table = 'protocol/src/auth-table.ts';
const tableTest = 'unit/protocol/auth-table';
const access = 'kvserver/src/service/access-control.ts';
const accessTest = 'unit/kvserver/service/access-control';

export const userMutants: readonly Mutant[] = [
  {
    id: 'rights-not-in-the-log',
    mistake: 68,
    does: 'Applying a request does not check the rights of its principal.',
    loses: 'A write is done after the right to it was taken away.',
    file: auth,
    right: "if (reason !== undefined) return { type: 'refused', reason };",
    wrong:
      "if (reason !== undefined && command.type === 'setAuth') return { type: 'refused', reason };",
    caughtBy: [
      byTest(
        authTest,
        'refuses in the log what came after it, in the same batch and in later ones',
      ),
    ],
  },
  {
    id: 'table-changed-by-anyone',
    mistake: 68,
    does: 'Applying a change of the auth table does not check for an administrator.',
    loses: 'Any user becomes an administrator.',
    file: auth,
    right: "if (reason !== undefined) return { type: 'refused', reason };",
    wrong:
      "if (reason !== undefined && command.type !== 'setAuth') return { type: 'refused', reason };",
    caughtBy: [byTest(authTest, 'is changed only by an administrator who has read the last one')],
  },
  {
    id: 'table-follows-late',
    mistake: 68,
    does: 'The table in memory does not follow a change in the log.',
    loses: 'A right that was taken away counts until the next restart, on some replicas only.',
    file: auth,
    right: "        if (reply.type === 'setAuth') this.#table = authTableIn(slots[0]?.entry);\n",
    wrong: '',
    caughtBy: [
      byTest(
        authTest,
        'refuses in the log what came after it, in the same batch and in later ones',
      ),
    ],
  },
  {
    id: 'table-forgotten-at-a-start',
    mistake: 68,
    does: 'A start does not read the auth table.',
    loses: 'A server that was restarted admits everybody.',
    file: auth,
    right: 'return new Auth(authTableIn(slot?.entry));',
    wrong: 'return new Auth(authTableIn(slot?.entry && undefined));',
    caughtBy: [
      byTest(
        authTest,
        'is empty in a new cluster, and survives a restart and a state that is read anew',
      ),
      byTest(
        'unit/kvserver/backup/restored-cluster',
        'keeps users, roles and tokens, and what they may do',
      ),
    ],
  },
  {
    id: 'deleted-token-valid',
    mistake: 68,
    does: 'A request counts for a token that was deleted.',
    loses: 'A stolen token works for as long as its stream is open.',
    file: rights,
    right: 'return table.tokens.some((known) => known.id === token && known.user === user);',
    wrong: 'return table.tokens.length > 0 && token !== "";',
    caughtBy: [
      byTest(
        authTest,
        'refuses what a deleted token or user asks after that, whatever the server knew',
      ),
    ],
  },
  {
    id: 'prefix-of-the-key-ignored',
    mistake: 68,
    does: 'A right to some keys is a right to all keys.',
    loses: 'A user writes the keys of another.',
    file: rights,
    right: 'return need.key === undefined || isPrefix(prefix, need.key);',
    wrong: 'return need.key === undefined || prefix.length > 0;',
    caughtBy: [byTest(rightsTest, 'hold for keys that begin with the prefix, in bytes')],
  },
  {
    id: 'increment-shows-the-value',
    mistake: 68,
    does: 'An increment needs no right to read.',
    loses: 'A user who may only write reads counters.',
    file: rights,
    right: "        { kind: 'read', key: command.key },\n",
    wrong: '',
    caughtBy: [
      byTest(
        rightsTest,
        'to write show nothing of a value: an increment needs the right to read, too',
      ),
    ],
  },
  {
    id: 'refusal-forgotten',
    mistake: 68,
    does: 'A session does not keep the refusal of a write.',
    loses:
      'A late copy takes effect once the right is granted, after the client was told not done.',
    file: 'kvserver/src/state-machine/sessions/sessions.ts',
    right: '  if (isWriteReply(reply)) {\n',
    wrong:
      "  if (isWriteReply(reply) && !(reply.type === 'refused' && reply.reason === 'forbidden')) {\n",
    caughtBy: [
      byTest(
        authTest,
        'never makes a write that was done seem refused: its retry gets the reply it had',
      ),
    ],
  },
  {
    id: 'rights-before-the-reply-cache',
    mistake: 49,
    does: 'A retry is checked for rights before its session is asked for the reply.',
    loses: 'A write that was done seems refused, so it is reported as not done.',
    file: 'kvserver/src/state-machine/instance-applier.ts',
    right: '    return sessions.apply(request, slots,',
    wrong: `    if (request.command.type !== 'openSession') {
      const none = { apply: () => ({ type: 'refused', reason: 'featureOff' }) as const };
      const early = auth.storeFor(request, none).apply(request.command, slots);
      if (early.type === 'refused' && early.reason === 'forbidden') return early;
    }
    return sessions.apply(request, slots,`,
    caughtBy: [
      byTest(
        authTest,
        'never makes a write that was done seem refused: its retry gets the reply it had',
      ),
    ],
  },
  {
    id: 'old-table-overwrites',
    mistake: 68,
    does: 'A change of the auth table does not name the table it was made of.',
    loses: 'Two administrators at once: a user that one of them deleted is back.',
    file: 'kvserver/src/state-machine/store/commands/set-auth.ts',
    right: '(slot.entry?.modRevision ?? 0) !== expected',
    wrong: '(slot.entry?.modRevision ?? 0) < expected',
    caughtBy: [byTest(authTest, 'is changed only by an administrator who has read the last one')],
  },
  {
    id: 'table-without-an-administrator',
    mistake: 68,
    does: 'A table that requires authentication is accepted without a token of an administrator.',
    loses: 'Nobody can change the table any more.',
    file: table,
    right: '!table.required || hasAdmin,',
    wrong: 'table.required || hasAdmin || true,',
    caughtBy: [byTest(tableTest, 'requires authentication only if an administrator has a token')],
  },
  {
    id: 'token-of-nobody',
    mistake: 68,
    does: 'A table may have tokens of users that it does not have.',
    loses: 'A user who is made later under that name inherits a token somebody else has.',
    file: table,
    right: 'const isUser = token.user === rootUser || userNames.has(token.user);',
    wrong: 'const isUser = token.user !== "" || userNames.has(token.user);',
    caughtBy: [byTest(tableTest, 'has no token of a user, and no role, that is not in it')],
  },
  {
    id: 'empty-key-reachable',
    mistake: 68,
    does: 'A client may name the empty key.',
    loses: 'Every client reads the hashes of tokens, and replaces the table of users.',
    file: 'protocol/src/fields.ts',
    right: "    if (key.length === 0) throw new TypeError('A key has at least 1 byte.');\n",
    wrong: '',
    caughtBy: [
      byTest('unit/protocol/auth-table', 'has an entry that no command of a client can name'),
      byTest('unit/kvserver/api/http/json-body', 'refuses an empty key (H18)'),
    ],
  },
  {
    id: 'read-answered-by-old-rights',
    mistake: 68,
    does: 'A get is not checked again when it is answered.',
    loses: 'A value that was written after the right to read was taken away is shown.',
    file: 'kvserver/src/service/kv-service.ts',
    right: "if (specOf(command.type).access === 'read')",
    wrong: "if (command.type === 'getAuth')",
    caughtBy: [
      byTest(
        'unit/kvserver/service/kv-service',
        'answers no read of a user whose right was taken away while it waited',
      ),
    ],
  },
  {
    id: 'table-shown-by-old-rights',
    mistake: 68,
    does: 'A read of the auth table is not checked again when it is answered.',
    loses: 'A former administrator still sees the table.',
    file: 'kvserver/src/service/kv-service.ts',
    right: "if (specOf(command.type).access === 'read')",
    wrong: "if (command.type === 'get')",
    caughtBy: [
      byTest(
        'unit/kvserver/service/kv-service',
        'answers no read of a user whose right was taken away while it waited',
      ),
    ],
  },
  {
    id: 'principal-not-in-the-log',
    mistake: 68,
    does: 'A server does not add the user to a request for the log.',
    loses: 'All rights are checked only by the server that took the request.',
    file: 'kvserver/src/service/kv-service.ts',
    right: 'if (principal === undefined) return request;',
    wrong: 'if (principal !== null) return request;',
    caughtBy: [
      byTest(
        'unit/kvserver/api/security/authenticator',
        'passes the user on to the replica, for the log',
      ),
    ],
  },
  {
    id: 'principal-from-a-client',
    mistake: 68,
    does: 'A client may write the principal of its request on a stream.',
    loses: 'Anyone is any user.',
    file: 'protocol/src/request.ts',
    right: '    const request = fromClientRow(row);',
    wrong: '    const request = requestFromRow(row);',
    caughtBy: [
      byTest('unit/protocol/request', 'takes no principal from a client, on a stream or in JSON'),
    ],
  },
  {
    id: 'refused-by-an-old-table',
    mistake: 68,
    does: 'A server refuses a request by the table as it knows it.',
    loses: 'A user who was just made is refused, after the change was acknowledged.',
    file: access,
    right: '    await this.refresh();\n    const reason',
    wrong: '    const reason',
    caughtBy: [byTest(accessTest, 'refuses by no table that is older than the request')],
  },
  {
    id: 'anonymous-by-an-open-table',
    mistake: 68,
    does: 'A server that requires authentication admits anonymous requests if the table does.',
    loses: 'A server that is open to a network serves everybody.',
    file: access,
    right: 'return this.#options.isRequired || this.table.required;',
    wrong: 'return this.#options.isRequired && this.table.required;',
    caughtBy: [
      byTest(
        accessTest,
        'admits anonymous requests only while neither the server nor the table requires more',
      ),
    ],
  },
];
