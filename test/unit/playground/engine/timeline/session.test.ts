import { hashOf, Session, settingsDefault, shippedOnly } from '@paxkv/playground';
import { addressOf, recordingAt } from '@paxkv/playground/internal/engine/timeline/address';
import { expect } from 'chai';

const led = { ...settingsDefault, seed: '11', peerCount: 5, isLed: true };

async function busySession(momentCount: number): Promise<Session> {
  const session = await Session.open(led, shippedOnly);
  await session.stepTo(60);
  await session.act({ type: 'propose', peer: 1, seq: 0, value: 'a' });
  await session.act({ type: 'put', peer: 2, key: 'x', value: '1' });
  await session.stepTo(120);
  await session.act({ type: 'crash', peer: 0 });
  await session.stepTo(momentCount);
  return session;
}

describe('Session', () => {
  it('begins when all peers are up, and nothing was proposed', async () => {
    const session = await Session.open(settingsDefault, shippedOnly);
    const { peers, flights, violations } = session.frame;
    expect(peers.map(({ state }) => state)).to.deep.equal(['up', 'up', 'up']);
    expect([flights, violations]).to.deep.equal([[], []]);
    expect(await session.step()).to.equal(false);
  });

  it('goes 100 moments back and forward to the same state', async () => {
    const session = await busySession(400);
    const hash = hashOf(session.frame);
    session.seek(session.cursor - 100);
    expect(hashOf(session.frame)).to.not.equal(hash);
    for (let count = 0; count < 100; count += 1) await session.step();
    expect(session.cursor).to.equal(400);
    expect(hashOf(session.frame)).to.equal(hash);
  });

  it('executes the run anew to go on from an earlier moment, and comes to the same', async () => {
    const session = await busySession(400);
    const hash = hashOf(session.frame);
    session.seek(200);
    await session.fork();
    expect(session.head).to.equal(200);
    await session.stepTo(400);
    expect(hashOf(session.frame)).to.equal(hash);
  });

  it('takes another way from an earlier moment, and remembers the one that it left', async () => {
    const session = await busySession(400);
    session.seek(130);
    await session.act({ type: 'restart', peer: 0 });
    expect([session.cursor, session.head, session.log.length]).to.deep.equal([131, 131, 4]);
    const [left] = session.left;
    expect([left?.moment, left?.log.length]).to.deep.equal([400, 3]);
  });

  it('is repeated by its address, from the first moment to the last', async () => {
    const session = await busySession(400);
    const { settings, log, moment } = recordingAt(addressOf(session.recording));
    const again = await Session.open(settings, shippedOnly, log);
    await again.stepTo(moment);
    expect(again.frames.map(hashOf)).to.deep.equal(session.frames.map(hashOf));
  });

  it('tells when the next moment is', async () => {
    const session = await busySession(200);
    session.seek(100);
    expect(session.nextMs).to.equal(session.at(101).timeMs);
    const idle = await Session.open(settingsDefault, shippedOnly);
    expect(idle.nextMs).to.equal(undefined);
  });

  it('shows votes and promises as the disks have them, and writes under way', async () => {
    const session = await Session.open(settingsDefault, shippedOnly);
    await session.act({ type: 'propose', peer: 0, seq: 0, value: 'v' });
    const [peer] = session.frame.peers;
    expect(peer?.disk.pending).to.not.deep.equal([]);
    expect(peer?.instances[0]?.promised).to.equal(undefined);
    while (await session.step());
    for (const { instances, disk } of session.frame.peers) {
      expect(disk.pending).to.deep.equal([]);
      expect(instances[0]).to.include({ fate: 'decided', value: 'v' });
      expect(instances[0]?.vote?.value).to.equal('v');
    }
  });
});
