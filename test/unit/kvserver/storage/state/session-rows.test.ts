import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { type Position, startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { sessionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { SessionRows } from '@paxkv/kvserver/internal/storage/state/session-rows';
import type { Row, SessionId } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes } from '../../state-machine/fixtures.ts';

const ids = ['AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAQ'] as const;
const numbered: Position = { ...startPosition, sessions: { next: 4, uses: 9 } };
const named: Position = { ...numbered, featureLevel: 2, incarnation: 'BBBBBBBBBBBBBBBBBBBBBA' };
const noReplies: Row = [];

/** The row of a session whose client awaits replies from number 5 on. */
function rowOf({
  client = 'a client',
  lastUse = 3,
  replies = noReplies,
  owner,
}: {
  client?: string;
  lastUse?: unknown;
  replies?: Row;
  owner?: unknown;
} = {}): Row {
  return [client, lastUse, 5, replies, ...(owner === undefined ? [] : [owner])];
}

const replyTo = (number: number): Row => [number, 1, [1, 9]];

/** Why the rows are refused; `undefined` if they are accepted. */
function refusalOf(
  rows: readonly (readonly [id: SessionId | Uint8Array, row: Row])[],
  position = numbered,
): string | undefined {
  try {
    const reading = new SessionRows();
    for (const [id, row] of rows) {
      const key = id instanceof Uint8Array ? id : sessionKey(id);
      reading.take(key, seal(key, row));
    }
    reading.finish(position);
    return undefined;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    expect(error.code).to.equal('STATE_DAMAGED');
    return error.cause instanceof Error ? error.cause.message : error.message;
  }
}

describe('The rows of sessions', () => {
  it('read as the sessions that were written', () => {
    const session = new Session(ids[0], 'a client', 'user anna', 5);
    session.touch(3);
    session.cacheReply({ number: 7, digest: 8, reply: { type: 'put', revision: 9 } });
    const key = sessionKey(ids[0]);
    const read = new SessionRows().take(key, seal(key, session.toRow()));
    expect(read.toRow()).to.deep.equal(session.toRow());
    expect(read).to.include({ id: ids[0], client: 'a client', owner: 'user anna', lastUse: 3 });
  });

  it('are accepted at the level of their ids', () => {
    const owned = rowOf({ owner: 'user anna' });
    expect(refusalOf([[3, rowOf()]])).to.equal(undefined);
    expect(refusalOf([[ids[0], owned]], named)).to.equal(undefined);
    expect(refusalOf([[3, rowOf()]], named)).to.match(/not those of its level/);
    expect(refusalOf([[ids[0], owned]])).to.match(/not those of its level/);
  });

  it('are refused under a key that names no session', () => {
    const prefix = bytes('s')[0] ?? 0;
    const keys = [[], [1], new Array(15).fill(1), new Array(17).fill(1), new Array(8).fill(0xff)];
    for (const key of keys) {
      const rowKey = Uint8Array.of(prefix, ...key);
      expect(refusalOf([[rowKey, rowOf()]]), `${key}`).to.match(/names no session/);
    }
    expect(refusalOf([[0, rowOf()]])).to.match(/names no session/);
  });

  it('are refused without an owner where there are owners, and with one where there are none', () => {
    expect(refusalOf([[3, rowOf({ owner: 'user anna' })]])).to.match(/owner/);
    for (const owner of [undefined, '', 'x'.repeat(257)]) {
      expect(refusalOf([[ids[0], rowOf({ owner })]], named), `${owner}`).to.match(/owner/);
    }
  });

  it('are refused with a client that no client can be', () => {
    for (const client of ['', 'x'.repeat(65)]) {
      expect(refusalOf([[3, rowOf({ client })]])).to.match(/name of the client/);
    }
  });

  it('are refused with a reply outside the window, or two to one request', () => {
    const withReplies = (...numbers: number[]) =>
      refusalOf([[3, rowOf({ replies: numbers.map(replyTo) })]]);
    expect(withReplies(5, 6, 5 + 1023)).to.equal(undefined);
    for (const numbers of [[4], [5 + 1024], [5, 6, 5]]) {
      expect(withReplies(...numbers), `${numbers}`).to.match(/cannot have a reply/);
    }
  });

  it('are refused if they were used or opened later than any session was', () => {
    expect(refusalOf([[3, rowOf({ lastUse: 9 })]])).to.equal(undefined);
    expect(refusalOf([[3, rowOf({ lastUse: 10 })]])).to.match(/used later/);
    expect(refusalOf([[3, rowOf({ lastUse: 0 })]])).to.match(/whole number from 1/);
    expect(refusalOf([[4, rowOf()]])).to.match(/opened later/);
  });

  it('are refused if two were used at the same time: their order would be open', () => {
    const row = rowOf({ owner: 'user anna' });
    expect(
      refusalOf(
        ids.map((id) => [id, row]),
        named,
      ),
    ).to.match(/same time/);
  });

  it('are refused if they are more than there may be', () => {
    const rowAt = (lastUse: number) => rowOf({ lastUse });
    const position = { ...numbered, sessions: { next: 20_000, uses: 20_000 } };
    const rows = (count: number) =>
      Array.from({ length: count }, (_, index) => [index + 1, rowAt(index + 1)] as const);
    expect(refusalOf(rows(10_000), position)).to.equal(undefined);
    expect(refusalOf(rows(10_001), position)).to.match(/more sessions/);
  });
});
