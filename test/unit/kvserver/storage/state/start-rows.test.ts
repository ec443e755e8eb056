/** The rows that a start reads: how they are written, counted and read. */
import { leaseLevel } from '@paxkv/kvserver/internal/state-machine/features';
import { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { type Position, startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import { dataKey, leaseKey, sessionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import type { RowChange } from '@paxkv/kvserver/internal/storage/state/row-pass';
import {
  emptyChecksum,
  type StateChecksum,
  seal,
  sumIn,
} from '@paxkv/kvserver/internal/storage/state/rows';
import { StartReading, StartRows } from '@paxkv/kvserver/internal/storage/state/start-rows';
import type { LeaseId, SessionId } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, memoryLevel, type TestLevel } from '../../state-machine/fixtures.ts';

const id = 'AAAAAAAAAAAAAAAAAAAAAA';
const otherId = 'AAAAAAAAAAAAAAAAAAAAAQ';
const position: Position = {
  ...startPosition,
  featureLevel: leaseLevel,
  sessions: { next: 1, uses: 9 },
  incarnation: 'BBBBBBBBBBBBBBBBBBBBBA',
};

function sessionOf(lastUse: number, of: SessionId = id): Session {
  const session = new Session(of, 'a client', 'user anna', 5);
  session.touch(lastUse);
  return session;
}

function leaseOf(name: string, of: LeaseId = id): Lease {
  const lease = new Lease({ id: of, owner: 'user anna', ttlMs: 5000, isOfOneKey: false });
  lease.attach(name);
  return lease;
}

function rowOf(session: Session): Uint8Array {
  return seal(sessionKey(session.id), session.toRow());
}

function rowOfLease(lease: Lease): Uint8Array {
  return seal(leaseKey(lease.id), lease.toRow());
}

/** The checksum of these rows. */
function checksumOf(...rows: readonly Uint8Array[]): StateChecksum {
  const sum = rows.reduce((total, row) => total + sumIn(row), 0);
  return { count: rows.length, sum: sum % 2 ** 32 };
}

describe('The rows that a start reads', () => {
  let level: TestLevel;
  let rows: StartRows;

  beforeEach(async () => {
    level = memoryLevel();
    await level.open();
    rows = new StartRows();
  });

  async function put(changes: {
    sessions?: readonly (readonly [SessionId, Session | undefined])[];
    leases?: readonly (readonly [LeaseId, Lease | undefined])[];
  }): Promise<RowChange[]> {
    const batch = level.batch();
    const written = rows.put(batch, { sessions: [], leases: [], ...changes });
    await batch.write();
    return written;
  }

  it('are none at first', async () => {
    expect(rows.checksum).to.deep.equal(emptyChecksum);
    expect(await put({})).to.deep.equal([]);
  });

  it('are put under the keys of their sessions and leases, and each change is told', async () => {
    const [session, lease] = [sessionOf(3), leaseOf('k')];
    const [sessionRow, leaseRow] = [rowOf(session), rowOfLease(lease)];
    expect(await put({ sessions: [[id, session]], leases: [[id, lease]] })).to.deep.equal([
      { key: sessionKey(id), before: undefined, after: sumIn(sessionRow) },
      { key: leaseKey(id), before: undefined, after: sumIn(leaseRow) },
    ]);
    const stored = await level.iterator().all();
    expect(stored.map(([key, row]) => [key, row].map((part) => Buffer.from(part)))).to.deep.equal([
      [sessionKey(id), sessionRow].map((part) => Buffer.from(part)),
      [leaseKey(id), leaseRow].map((part) => Buffer.from(part)),
    ]);
    expect(rows.checksum).to.deep.equal(checksumOf(sessionRow, leaseRow));
  });

  it('replace what was there, and are deleted with what they stand for', async () => {
    const [before, after] = [sessionOf(3), sessionOf(4)];
    const [leaseBefore, leaseAfter] = [leaseOf('k'), leaseOf('l')];
    await put({ sessions: [[id, before]], leases: [[id, leaseBefore]] });
    expect(await put({ sessions: [[id, after]], leases: [[id, leaseAfter]] })).to.deep.equal([
      { key: sessionKey(id), before: sumIn(rowOf(before)), after: sumIn(rowOf(after)) },
      {
        ...{ key: leaseKey(id), before: sumIn(rowOfLease(leaseBefore)) },
        after: sumIn(rowOfLease(leaseAfter)),
      },
    ]);
    expect(rows.checksum).to.deep.equal(checksumOf(rowOf(after), rowOfLease(leaseAfter)));
    expect(await put({ sessions: [[id, undefined]] })).to.deep.equal([
      { key: sessionKey(id), before: sumIn(rowOf(after)), after: undefined },
    ]);
    expect(rows.checksum).to.deep.equal(checksumOf(rowOfLease(leaseAfter)));
    await put({ leases: [[id, undefined]] });
    expect(rows.checksum).to.deep.equal(emptyChecksum);
    expect(await level.keys().all()).to.deep.equal([]);
  });

  it('count as they are read, once each', () => {
    const [session, lease] = [rowOf(sessionOf(3)), rowOfLease(leaseOf('k'))];
    for (let time = 0; time < 2; time += 1) {
      rows.onSession(id, session);
      rows.onLease(id, lease);
    }
    expect(rows.checksum).to.deep.equal(checksumOf(session, lease));
  });

  describe('at a start', () => {
    let reading: StartReading;

    beforeEach(() => {
      reading = new StartReading(rows);
    });

    it('give the sessions and leases, whatever other rows come, and count', async () => {
      const [session, lease] = [sessionOf(3), leaseOf('k')];
      const key = dataKey(bytes('k'));
      reading.take(leaseKey(id), rowOfLease(lease));
      reading.take(key, seal(key, [1, 1, 1, bytes('value')]));
      reading.take(sessionKey(id), rowOf(session));
      const loaded = reading.finish(position);
      expect(loaded.position).to.equal(position);
      expect(loaded.sessions.map((each) => [each.id, each.toRow()])).to.deep.equal([
        [id, session.toRow()],
      ]);
      expect(loaded.leases.map((each) => [each.id, each.toRow()])).to.deep.equal([
        [id, lease.toRow()],
      ]);
      expect(rows.checksum).to.deep.equal(checksumOf(rowOf(session), rowOfLease(lease)));
      const [change] = await put({ sessions: [[id, undefined]] });
      expect(change?.before).to.equal(sumIn(rowOf(session)));
    });

    it('are none where there are none', () => {
      expect(reading.finish(startPosition)).to.deep.equal({
        ...{ position: startPosition, sessions: [], leases: [] },
      });
    });

    it('are refused where a state at that position cannot have them', () => {
      const expectRefused = (act: () => unknown, reason: RegExp) =>
        expect(act).to.throw(StateError, reason).with.property('code', 'STATE_DAMAGED');
      reading.take(sessionKey(id), rowOf(sessionOf(10)));
      expectRefused(() => reading.finish(position), /a session was used later/);
      const leases = new StartReading(new StartRows());
      leases.take(leaseKey(id), rowOfLease(leaseOf('k')));
      const below = { ...position, featureLevel: leaseLevel - 1 };
      expectRefused(() => leases.finish(below), /leases below their level/);
      expectRefused(
        () => leases.take(leaseKey(otherId), rowOfLease(leaseOf('k', otherId))),
        /a key has two leases/,
      );
    });

    it('are refused if they are damaged', () => {
      const damaged = rowOf(sessionOf(3)).with(-1, 0x7f);
      expect(() => reading.take(sessionKey(id), damaged)).to.throw(StateError, 'is damaged');
      const other = rowOfLease(leaseOf('k', otherId));
      expect(() => reading.take(leaseKey(id), other)).to.throw(StateError, 'is damaged');
    });
  });
});
