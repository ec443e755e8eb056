/** Every command of the table over every way into a server: what the replica gets, and what the client gets. */
import { once } from 'node:events';
import { authKey } from '@paxkv/kvserver/internal/state-machine/auth/auth-entry';
import {
  allCommands,
  type Command,
  type CommandType,
  emptyAuthTable,
  errorCodes,
  KvError,
  type KvErrorCode,
  type Outcome,
  type Refusal,
  type Reply,
  type ReplyOf,
  refusalToError,
  specOf,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { badCommandsOf, goodCommandsOf } from '../../protocol/commands/samples.ts';
import { plain } from '../state-machine/fixtures.ts';
import { type Front, fronts } from './fronts.ts';

const revision = 2 ** 40;
const value = Uint8Array.of(0, 255, 10);
const lease = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';

/** Replies of each command. The compiler asks for those of a new one. */
const replies: { readonly [T in CommandType]: readonly ReplyOf<T>[] } = {
  get: [
    { type: 'get', entry: undefined },
    { type: 'get', entry: { value, createRevision: 1, modRevision: revision, version: 3 } },
    {
      type: 'get',
      entry: { value: new Uint8Array(), createRevision: 1, modRevision: 1, version: 1, lease },
    },
  ],
  put: [{ type: 'put', revision }],
  append: [{ type: 'append', revision, length: 2 ** 20 }],
  delete: [
    { type: 'delete', revision, deleted: true },
    { type: 'delete', revision: 0, deleted: false },
  ],
  openSession: [
    { type: 'openSession', session: 7 },
    { type: 'openSession', session: 'q1Yk0nC8Rk2oZ4y9bXv3Tw' },
  ],
  increment: [
    { type: 'increment', revision, value: -(2n ** 63n) },
    { type: 'increment', revision, value: 2n ** 63n - 1n },
    { type: 'increment', revision, value: 0n },
  ],
  getAuth: [{ type: 'getAuth', revision: 0, table: emptyAuthTable }],
  setAuth: [{ type: 'setAuth', revision }],
  transact: [
    { type: 'transact', passed: true, revision, results: [] },
    { type: 'transact', passed: false, revision: 0, results: null },
    {
      ...{ type: 'transact', passed: true, revision },
      results: [
        { type: 'get', entry: { value, createRevision: 1, modRevision: revision, version: 3 } },
        { type: 'get', entry: undefined },
        { type: 'increment', revision, value: -(2n ** 63n) },
        { type: 'transact', passed: false, revision, results: [{ type: 'put', revision }] },
      ],
    },
  ],
  scan: [
    { type: 'scan', revision: 0, entries: [], next: undefined },
    {
      ...{ type: 'scan', revision, next: Uint8Array.of(0, 255) },
      entries: [
        { key: value, value, createRevision: 1, modRevision: revision, version: 3 },
        { key: value, value: new Uint8Array(), createRevision: 1, modRevision: 1, version: 1 },
        { key: value, value: undefined, createRevision: 1, modRevision: 1, version: 1 },
      ],
    },
  ],
  count: [
    { type: 'count', revision: 0, count: 0, next: undefined },
    { type: 'count', revision, count: 10_000, next: value },
  ],
  deleteRange: [
    { type: 'deleteRange', revision: 0, deleted: 0, next: undefined },
    { type: 'deleteRange', revision, deleted: 1000, next: value },
  ],
  grantLease: [{ type: 'grantLease', lease }],
  renewLease: [{ type: 'renewLease', ttlMs: 86_400_000 }],
  revokeLease: [
    { type: 'revokeLease', revision: 0, deleted: 0 },
    { type: 'revokeLease', revision, deleted: 64 },
  ],
  putLeased: [{ type: 'putLeased', revision }],
  putTtl: [{ type: 'putTtl', revision, lease }],
  changes: [
    { type: 'changes', revision: 0, events: [] },
    {
      ...{ type: 'changes', revision },
      events: [
        { type: 'put', key: value, value, createRevision: 1, modRevision: 2, version: 2 },
        { type: 'delete', key: value, modRevision: 3 },
        {
          ...{ type: 'put', key: value, value: new Uint8Array() },
          ...{ createRevision: revision, modRevision: revision, version: 1 },
        },
      ],
    },
  ],
};

const refusals: Record<Refusal, true> = {
  ...{ sessionExpired: true, numberReused: true, outsideWindow: true, featureOff: true },
  ...{ unauthenticated: true, forbidden: true, authChanged: true, tooLarge: true },
  readsTooLarge: true,
  ...{ notACounter: true, counterOverflow: true },
  ...{ noSuchLease: true, leaseFull: true, tooManyLeases: true },
};

const stamps = [
  { session: 7, number: 1, firstOutstanding: 1 },
  { session: 2 ** 40, number: 2 ** 40, firstOutstanding: 2 ** 40 - 1023 },
  { session: 'q1Yk0nC8Rk2oZ4y9bXv3Tw', number: 3, firstOutstanding: 2 },
];

/** The command that reaches the replica: what users may do is an entry like others. */
function submitted(command: Command): Command {
  return command.type === 'getAuth' ? { type: 'get', key: authKey } : command;
}

/** What the replica answers, so that the client gets `reply`. */
function given(reply: Reply): Reply {
  return reply.type === 'getAuth' ? { type: 'get', entry: undefined } : reply;
}

/** All but the values of hundreds of kilobytes. */
function samplesOf(type: CommandType): readonly Command[] {
  const isSmall = (command: Command) => !('value' in command) || command.value.length < 2048;
  return goodCommandsOf(specOf(type)).filter(isSmall);
}

for (const [name, open] of Object.entries(fronts)) {
  describe(`Every command by ${name}`, () => {
    let front: Front;

    before(async () => {
      front = await open();
    });
    after(() => front.close());

    for (const spec of allCommands) {
      const { type } = spec;
      const [first = expect.fail('no sample')] = samplesOf(type);
      const [reply = expect.fail('no reply')]: readonly Reply[] = replies[type];

      /** The request as the replica got it, without the bytes in which it came. */
      const last = () => {
        const { encoded: _encoded, ...request } = front.requests.at(-1) ?? expect.fail('none');
        return plain(request);
      };

      it(`submits ${type} with its fields, and no stamp that it has not`, async () => {
        front.answer(async () => given(reply));
        for (const command of samplesOf(type)) {
          await front.ask({ command });
          expect(last()).to.deep.equal(plain({ command: submitted(command) }));
        }
      });

      it(`submits the stamp of ${type}, if it has one`, async () => {
        if (!front.takesStamp(spec)) return;
        front.answer(async () => given(reply));
        for (const stamp of stamps) {
          await front.ask({ command: first, stamp });
          const command = submitted(first);
          const expected = type === 'getAuth' ? { command } : { command, stamp };
          expect(last()).to.deep.equal(plain(expected));
        }
      });

      it(`submits the consistency of ${type}, if it has one`, async () => {
        if (spec.access !== 'read' || type === 'getAuth') return;
        front.answer(async () => given(reply));
        await front.ask({ command: first, consistency: 'serializable' });
        expect(last()).to.deep.equal(plain({ command: first, consistency: 'serializable' }));
        await front.ask({ command: first, consistency: 'linearizable' });
        expect(front.requests.at(-1)?.consistency).to.not.equal('serializable');
      });

      it(`gives every reply to ${type}`, async () => {
        for (const each of replies[type] as readonly Reply[]) {
          front.answer(async () => given(each));
          expect(plain(await front.ask({ command: first }))).to.deep.equal(plain(each));
        }
      });

      it(`gives each refusal of ${type} as its error`, async () => {
        for (const reason of Object.keys(refusals) as Refusal[]) {
          front.answer(async () => ({ type: 'refused', reason }));
          const { code, outcome } = refusalToError(reason);
          expect(await front.ask({ command: first })).to.include({ code, outcome });
        }
      });

      it(`gives each error of ${type} with its code, its outcome, and the time to wait`, async () => {
        for (const code of Object.keys(errorCodes) as KvErrorCode[]) {
          if (errorCodes[code].status === null) continue;
          const outcomes: readonly Outcome[] = ['not done', 'unknown', 'done'];
          for (const outcome of outcomes) {
            const retryAfterMs = outcome === 'done' ? undefined : 250;
            const error = new KvError(code, 'Told so.', {
              outcome,
              ...(retryAfterMs !== undefined && { retryAfterMs }),
            });
            front.answer(() => Promise.reject(error));
            const failure = await front.ask({ command: first });
            expect(failure, code).to.deep.equal({ code, outcome, retryAfterMs });
          }
        }
      });

      it(`takes an answer to another command than ${type} for a defect`, async () => {
        const other = type === 'put' ? replies.append[0] : replies.put[0];
        front.answer(async () => other ?? expect.fail('none'));
        const failure = await front.ask({ command: first }).catch(() => undefined);
        if (failure !== undefined) {
          expect(failure).to.include({ code: 'KV_INTERNAL', outcome: 'unknown' });
        }
      });

      it(`lets the replica know when the client of ${type} has gone`, async () => {
        const signal = await front.leave({ command: first });
        if (signal === undefined) expect.fail('the replica got no signal');
        if (!signal.aborted) await once(signal, 'abort');
        expect(signal.aborted).to.equal(true);
      });

      it(`refuses ${type} outside its limits, before the replica has it`, async () => {
        front.answer(async () => given(reply));
        const { length } = front.requests;
        for (const { command, limits, isAbove } of badCommandsOf(spec)) {
          const isSize = ['bytes', 'auth table', 'items'].includes(limits.of);
          const code = isSize && isAbove ? 'KV_TOO_LARGE' : 'KV_BAD_REQUEST';
          expect(await front.ask({ command })).to.include({ code, outcome: 'not done' });
        }
        expect(front.requests.length).to.equal(length);
      });
    }
  });
}
