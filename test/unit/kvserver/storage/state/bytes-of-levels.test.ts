/**
 * The bytes that are the meaning of the log and of the state, at each feature level. A released level keeps them for
 * good: replicas of different versions would differ, and disks could not be read.
 */
import {
  encodeBatch,
  encodeLevelRaise,
  type LoggedRequest,
  noop,
} from '@paxkv/kvserver/internal/state-machine/batch';
import { sessionIdOf } from '@paxkv/kvserver/internal/state-machine/sessions/opening';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { fromEntry } from '@paxkv/kvserver/internal/storage/state/entry-row';
import { dataKey, positionKey, sessionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import {
  fromPosition,
  type StateChecksum,
  seal,
} from '@paxkv/kvserver/internal/storage/state/rows';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { isWriteReply, pack, type Reply, replyToRow, type SessionId } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, memoryLevel } from '../../state-machine/fixtures.ts';

const hex = (of: Uint8Array) => Buffer.from(of).toString('hex');
const origin = { node: 2, runId: 2 ** 33, number: 300 };
const key = bytes('k');
const value = bytes('v');
const entropy = Uint8Array.from({ length: 16 }, (_, index) => index);
const incarnation = Buffer.from(entropy).toString('base64url');
const randomId = 'AAECAwQFBgcICQoLDA0ODw';

function allWrites(session: SessionId): LoggedRequest[] {
  const stamp = { session, number: 300, firstOutstanding: 2 };
  return [
    { command: { type: 'get', key }, stamp },
    { command: { type: 'put', key, value }, stamp },
    { command: { type: 'append', key, value }, stamp },
    { command: { type: 'delete', key }, stamp },
    { command: { type: 'increment', key, by: -3n }, stamp },
  ];
}

/** A session with one reply of each kind. */
function sessionOf(id: SessionId, owner?: string): Session {
  const session = new Session(id, 'client', owner);
  const replies: Reply[] = [
    { type: 'put', revision: 1 },
    { type: 'append', revision: 2, length: 3 },
    { type: 'delete', revision: 4, deleted: true },
    { type: 'increment', revision: 5, value: -6n },
    { type: 'refused', reason: 'tooLarge' },
  ];
  session.touch(7);
  for (const [index, reply] of replies.entries()) {
    if (!isWriteReply(reply)) continue;
    session.cacheReply({ number: index + 1, digest: 2 ** 40 + index, reply });
  }
  return session;
}

describe('The bytes of feature level 1', () => {
  it('of values in the log', () => {
    const opening = [{ command: { type: 'openSession', client: 'é' } }] as const;
    expect(hex(noop)).to.equal('01');
    expect(hex(encodeBatch({ origin, requests: allWrites(7) }))).to.equal(
      '019402cb4200000000000000cd012cdd00000005949200c4016b07cd012c02949301c4016bc4017607cd012c02949302c4016bc4017607cd012c02949203c4016b07cd012c02949306c4016ba22d3307cd012c02',
    );
    expect(hex(encodeBatch({ origin, requests: opening }))).to.equal(
      '019402cb4200000000000000cd012cdd00000001919204a2c3a9',
    );
    expect(hex(encodeLevelRaise(3))).to.equal('0200000003');
  });

  it('of replies, which enter the state hash', () => {
    const replies: Reply[] = [
      { type: 'get', entry: { value, createRevision: 1, modRevision: 2, version: 2 } },
      { type: 'get', entry: undefined },
      { type: 'openSession', session: 7 },
      { type: 'refused', reason: 'sessionExpired' },
      { type: 'refused', reason: 'outsideWindow' },
      { type: 'refused', reason: 'numberReused' },
    ];
    expect(replies.map((reply) => hex(pack(replyToRow(reply))))).to.deep.equal([
      '9500010202c40176',
      '9100',
      '920407',
      '9205ae73657373696f6e45787069726564',
      '9205ad6f75747369646557696e646f77',
      '9205ac6e756d626572526575736564',
    ]);
  });

  it('of the rows of the state', () => {
    const entry = { value, createRevision: 1, modRevision: 2 ** 33, version: 2 };
    expect(hex(seal(dataKey(key), fromEntry(entry)))).to.equal(
      '0daafd889401cb420000000000000002c40176',
    );
    expect(hex(sessionKey(7))).to.equal('730000000000000007');
    expect(hex(seal(sessionKey(7), sessionOf(7).toRow()))).to.equal(
      'a625988594a6636c69656e740701959301cb42700000000000009201019302cb4270000000001000930202039303cb4270000000002000930304c39304cb4270000000003000930605a22d369305cb42700000000040009205a8746f6f4c61726765',
    );
    expect(positionAt({})).to.equal(
      '6974b2039703080903cd012cc42000000000000000000000000000000000000000000000000000000000000000009205ce80000000',
    );
  });
});

describe('The bytes of feature level 2', () => {
  it('of values in the log', () => {
    const opening = { entropy, owner: 'user alice' };
    const requests = [
      { command: { type: 'openSession', client: 'é' }, opening },
      { command: { type: 'put', key, value } },
    ] as const;
    expect(hex(encodeBatch({ origin, requests: allWrites(randomId) }))).to.equal(
      '019402cb4200000000000000cd012cdd00000005949200c4016bb641414543417751464267634943516f4c4441304f4477cd012c02949301c4016bc40176b641414543417751464267634943516f4c4441304f4477cd012c02949302c4016bc40176b641414543417751464267634943516f4c4441304f4477cd012c02949203c4016bb641414543417751464267634943516f4c4441304f4477cd012c02949306c4016ba22d33b641414543417751464267634943516f4c4441304f4477cd012c02',
    );
    expect(hex(encodeBatch({ origin, requests }))).to.equal(
      '039502cb4200000000000000cd012cdd00000002919204a2c3a9919301c4016bc401769192c410000102030405060708090a0b0c0d0e0faa7573657220616c696365',
    );
    const principal = { user: 'alice', token: 't1' };
    const put = { command: { type: 'put', key, value }, principal } as const;
    expect(hex(encodeBatch({ origin, requests: [put] }))).to.equal(
      '019402cb4200000000000000cd012cdd00000001929301c4016bc4017692a5616c696365a27431',
    );
    expect(hex(encodeLevelRaise(2, entropy))).to.equal(
      '0400000002000102030405060708090a0b0c0d0e0f',
    );
  });

  it('of the ids of sessions, and of the replies that have them', () => {
    const id = sessionIdOf(incarnation, { entropy, owner: 'any' }, 3);
    expect(id).to.equal('Fqv5F_heuKqT9iq872JChA');
    const reply = { type: 'openSession', session: randomId } as const;
    expect(hex(pack(replyToRow(reply)))).to.equal(
      '9204b641414543417751464267634943516f4c4441304f4477',
    );
  });

  it('of the rows of the state', () => {
    const session = sessionOf(randomId, 'user alice');
    expect(hex(sessionKey(randomId))).to.equal(`73${hex(entropy)}`);
    expect(hex(seal(sessionKey(randomId), session.toRow()))).to.equal(
      '9bab98fc95a6636c69656e740701959301cb42700000000000009201019302cb4270000000001000930202039303cb4270000000002000930304c39304cb4270000000003000930605a22d369305cb42700000000040009205a8746f6f4c61726765aa7573657220616c696365',
    );
    expect(positionAt({ featureLevel: 2 })).to.equal(
      '6fddf1099804080903cd012cc42000000000000000000000000000000000000000000000000000000000000000009205ce8000000002',
    );
    expect(positionAt({ featureLevel: 2, incarnation })).to.equal(
      '7c514fcb9904080903cd012cc42000000000000000000000000000000000000000000000000000000000000000009205ce8000000002b641414543417751464267634943516f4c4441304f4477',
    );
  });
});

describe('The state after a fixed log', () => {
  it('is the same in every version', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const opening = { entropy, owner: 'address 10.0.0.1' };
    const openSession = { command: { type: 'openSession', client: 'c' } } as const;
    const values = [
      encodeBatch({ origin, requests: [openSession, ...allWrites(1)] }),
      noop,
      encodeLevelRaise(2, entropy),
      encodeBatch({ origin, requests: [{ ...openSession, opening }, ...allWrites(1)] }),
      encodeBatch({
        origin,
        requests: [openSession, ...allWrites(sessionIdOf(incarnation, opening, 2))],
      }),
    ];
    const applied = await machine.apply(values.map((each, seq) => ({ seq, value: each })));
    expect(applied.map(({ replies }) => replies[1]?.type)).to.deep.equal([
      'get',
      undefined,
      undefined,
      'refused',
      'get',
    ]);
    expect(machine.stateHash).to.equal(
      '81420d119b78c74db25d6a2a09f44e0d3d4cadd39458ba07d28071233f903974',
    );
    expect(await machine.contentHash()).to.equal(
      '7536434f2af06aa3609c74c86a3aa06b180387ef9ba14023b790bec748cb23e1',
    );
  });
});

function positionAt(change: Partial<typeof startPosition>): string {
  const checksum: StateChecksum = { count: 5, sum: 2 ** 31 };
  const sessions = { next: 3, uses: 300 };
  const position = { ...startPosition, applied: 8, revision: 9, sessions, ...change };
  return hex(seal(positionKey, fromPosition({ position, checksum })));
}
