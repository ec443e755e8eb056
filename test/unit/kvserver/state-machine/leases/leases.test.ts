/** Leases in the log, as a state machine applies them. */
import { expect } from 'chai';
import { append, bytes, put, remove, transaction } from '../fixtures.ts';
import { deleteRange } from '../range-commands.ts';
import { grant, LeaseLog, putLeased, putTtl, refusedAs, renew, revoke } from './lease-log.ts';

describe('A lease', () => {
  let log: LeaseLog;

  beforeEach(async () => {
    log = await LeaseLog.open();
  });

  it('has an id that no other one has, whichever batch makes it', async () => {
    const replies = [
      ...(await log.applyAll([
        { command: { type: 'grantLease', ttlMs: 5000 } },
        { command: { type: 'grantLease', ttlMs: 5000 } },
      ])),
      await log.apply(grant()),
    ];
    const ids = replies.map((reply) => (reply.type === 'grantLease' ? reply.lease : ''));
    expect(new Set(ids).size).to.equal(3);
    for (const id of ids) expect(id).to.match(/^[\w-]{22}$/);
  });

  it('deletes its keys at one revision when it is revoked, and no others', async () => {
    const lease = await log.grant();
    await log.apply(putLeased('a', lease));
    await log.apply(putLeased('b', lease));
    await log.apply(put('c', 'stays'));
    expect((await log.entry('a'))?.lease).to.equal(lease);
    const reply = await log.apply(revoke(lease));
    expect(reply).to.deep.equal({ type: 'revokeLease', revision: 4, deleted: 2 });
    expect([await log.value('a'), await log.value('b'), await log.value('c')]).to.deep.equal([
      undefined,
      undefined,
      'stays',
    ]);
    expect(await log.apply(revoke(lease))).to.deep.equal(refusedAs('noSuchLease'));
  });

  it('changes no revision when it ends without keys', async () => {
    const lease = await log.grant();
    expect(await log.apply(revoke(lease))).to.deep.equal({
      ...{ type: 'revokeLease', revision: 0, deleted: 0 },
    });
  });

  it('ends when it expires, with all its keys at one revision', async () => {
    const [one, two] = [await log.grant(), await log.grant()];
    await log.apply(putLeased('a', one));
    await log.apply(putLeased('b', two));
    await log.expire({ id: one, renewals: 0 }, { id: two, renewals: 0 });
    expect([await log.value('a'), await log.value('b')]).to.deep.equal([undefined, undefined]);
    expect(log.machine.revision).to.equal(3);
    expect(log.machine.leases.count).to.equal(0);
  });

  it('does not expire if it was renewed since the leader found it due', async () => {
    const lease = await log.grant();
    await log.apply(putLeased('a', lease));
    expect(await log.apply(renew(lease))).to.deep.equal({ type: 'renewLease', ttlMs: 5000 });
    await log.expire({ id: lease, renewals: 0 });
    expect(await log.value('a')).to.equal('v');
    await log.expire({ id: lease, renewals: 1 });
    expect(await log.value('a')).to.equal(undefined);
  });

  it('expires once, however often that is decided', async () => {
    const lease = await log.grant();
    await log.apply(putLeased('a', lease));
    await log.expire({ id: lease, renewals: 0 }, { id: lease, renewals: 0 });
    await log.apply(put('a', 'again'));
    await log.expire({ id: lease, renewals: 0 });
    expect(await log.value('a')).to.equal('again');
    expect(log.machine.revision).to.equal(3);
  });

  it('loses a key that is put without it, deleted, or put with another one', async () => {
    const [lease, other] = [await log.grant(), await log.grant()];
    for (const key of ['a', 'b', 'c', 'd']) await log.apply(putLeased(key, lease));
    await log.apply(put('a', 'new'));
    await log.apply(remove('b'));
    await log.apply(put('b', 'new'));
    await log.apply(putLeased('c', other));
    await log.apply(deleteRange({ from: 'd' }));
    await log.apply(put('d', 'new'));
    expect(await log.apply(revoke(lease))).to.include({ deleted: 0 });
    expect(await log.apply(revoke(other))).to.include({ deleted: 1 });
    expect(await log.value('a')).to.equal('new');
  });

  it('keeps a key whose value grows', async () => {
    const lease = await log.grant();
    await log.apply(putLeased('a', lease, '1'));
    await log.apply(append('a', '2'));
    await log.apply({ type: 'increment', key: bytes('a'), by: 1n });
    expect(await log.entry('a')).to.include({ lease, version: 3 });
    await log.apply(revoke(lease));
    expect(await log.value('a')).to.equal(undefined);
  });

  it('has at most 64 keys, and the same ones can be written again', async () => {
    const lease = await log.grant();
    for (let count = 0; count < 64; count += 1) await log.apply(putLeased(`k${count}`, lease));
    expect(await log.apply(putLeased('one more', lease))).to.deep.equal(refusedAs('leaseFull'));
    expect(await log.apply(putLeased('k0', lease))).to.include({ type: 'putLeased' });
    await log.apply(remove('k0'));
    expect(await log.apply(putLeased('one more', lease))).to.include({ type: 'putLeased' });
  });

  it('does not exist for others if a user made it', async () => {
    const lease = await log.grant('root');
    for (const command of [renew(lease), revoke(lease), putLeased('a', lease)]) {
      expect(await log.apply(command)).to.deep.equal(refusedAs('noSuchLease'));
    }
    expect(await log.value('a')).to.equal(undefined);
    expect(await log.apply(putLeased('a', lease), 'root')).to.include({ type: 'putLeased' });
    expect(log.machine.leases.usableBy('user anna', lease)).to.equal(undefined);
  });

  it('may be used by anybody if no user made it', async () => {
    const lease = await log.grant();
    expect(await log.apply(renew(lease), 'root')).to.include({ type: 'renewLease' });
  });

  it('is refused below its feature level, also within a transaction', async () => {
    const old = await LeaseLog.open(3);
    const id = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';
    const commands = [grant(), renew(id), revoke(id), putLeased('a', id), putTtl('a')];
    for (const command of [...commands, transaction({ else: [putTtl('a')] })]) {
      expect(await old.apply(command)).to.deep.equal(refusedAs('featureOff'));
    }
    await old.expire({ id, renewals: 0 });
    expect(old.machine.revision).to.equal(0);
  });

  it('survives a restart, with its keys and its renewals', async () => {
    const lease = await log.grant('root');
    await log.apply(putLeased('a', lease), 'root');
    await log.apply(renew(lease), 'root');
    await log.apply(putTtl('b'));
    await log.restart();
    expect(log.machine.leases.count).to.equal(2);
    expect(await log.apply(renew(lease))).to.deep.equal(refusedAs('noSuchLease'));
    expect((await log.entry('a'))?.lease).to.equal(lease);
    await log.expire({ id: lease, renewals: 0 });
    expect(await log.value('a')).to.equal('v');
    await log.expire({ id: lease, renewals: 1 });
    await log.restart();
    expect([await log.value('a'), await log.value('b')]).to.deep.equal([undefined, 'v']);
    expect(log.machine.leases.count).to.equal(1);
  });
});

describe('A put for a limited time', () => {
  let log: LeaseLog;

  beforeEach(async () => {
    log = await LeaseLog.open();
  });

  it('has a lease of its own, which ends with the key', async () => {
    const reply = await log.apply(putTtl('a'));
    const lease = reply.type === 'putTtl' ? reply.lease : expect.fail('refused');
    expect(reply).to.include({ revision: 1 });
    expect((await log.entry('a'))?.lease).to.equal(lease);
    await log.apply(put('a', 'for ever'));
    expect(log.machine.leases.count).to.equal(0);
    await log.expire({ id: lease, renewals: 0 });
    expect(await log.value('a')).to.equal('for ever');
  });

  it('replaces the lease of the put before', async () => {
    await log.apply(putTtl('a', 'one'));
    const reply = await log.apply(putTtl('a', 'two'));
    expect(log.machine.leases.count).to.equal(1);
    if (reply.type === 'putTtl') await log.expire({ id: reply.lease, renewals: 0 });
    expect(await log.value('a')).to.equal(undefined);
  });

  it('takes no other key into its lease', async () => {
    const reply = await log.apply(putTtl('a'));
    const lease = reply.type === 'putTtl' ? reply.lease : expect.fail('refused');
    expect(await log.apply(putLeased('b', lease))).to.deep.equal(refusedAs('noSuchLease'));
  });
});

describe('A transaction with leases', () => {
  let log: LeaseLog;

  beforeEach(async () => {
    log = await LeaseLog.open();
  });

  it('attaches its keys at its own revision', async () => {
    const lease = await log.grant();
    const reply = await log.apply(
      transaction({ then: [putLeased('a', lease), putTtl('b'), putLeased('c', lease)] }),
    );
    expect(reply).to.include({ type: 'transact', revision: 1 });
    expect(log.machine.leases.count).to.equal(2);
    expect(await log.apply(revoke(lease))).to.include({ revision: 2, deleted: 2 });
    expect(await log.value('b')).to.equal('v');
  });

  it('makes and attaches nothing if an operation is refused', async () => {
    const lease = await log.grant();
    const wrong = putLeased('c', 'q1Yk0nC8Rk2oZ4y9bXv3Tw');
    const refused = await log.apply(
      transaction({ then: [putLeased('a', lease), putTtl('b'), wrong] }),
    );
    expect(refused).to.deep.equal(refusedAs('noSuchLease'));
    expect(log.machine.leases.count).to.equal(1);
    expect(await log.apply(revoke(lease))).to.include({ revision: 0, deleted: 0 });
  });

  it('leaves no lease for a key that it deletes or writes again', async () => {
    await log.apply(
      transaction({ then: [putTtl('a'), remove('a'), putTtl('b'), putTtl('b')] as never }),
    );
    expect(log.machine.leases.count).to.equal(1);
  });

  it('counts the keys that it attaches', async () => {
    const lease = await log.grant();
    for (let count = 0; count < 63; count += 1) await log.apply(putLeased(`k${count}`, lease));
    const two = [putLeased('a', lease), putLeased('b', lease)];
    expect(await log.apply(transaction({ then: two }))).to.deep.equal(refusedAs('leaseFull'));
    const same = [putLeased('a', lease), putLeased('a', lease)];
    expect(await log.apply(transaction({ then: same }))).to.include({ type: 'transact' });
  });
});
