import { type Action, Session, settingsDefault, shippedOnly } from '@paxkv/playground';
import { expect } from 'chai';

async function after(...actions: Action[]): Promise<Session> {
  const session = await Session.open(settingsDefault, shippedOnly);
  for (const action of actions) await session.act(action);
  return session;
}

async function settle(session: Session): Promise<void> {
  while (session.frame.timeMs < 5000 && (await session.step()));
}

function decidedBy({ frame }: Session, seq = 0): number[] {
  return frame.peers
    .filter(({ instances }) => instances[seq]?.fate === 'decided')
    .map(({ id }) => id);
}

const propose: Action = { type: 'propose', peer: 0, seq: 0, value: 'v' };

describe('Cluster', () => {
  it('cuts a link in one direction, and mends it', async () => {
    const session = await after({ type: 'cut', from: 0, to: 1 }, propose);
    expect(session.frame.cuts).to.deep.equal(['0>1']);
    while (session.frame.flights.length === 0) await session.step();
    const refused = session.frame.occurrences.filter(({ type }) => type === 'refused');
    expect(refused).to.deep.include({
      type: 'refused',
      from: 0,
      to: 1,
      kind: 'prepare',
      seq: 0,
      ballot: { round: 1, peer: 0 },
      value: undefined,
    });
    await session.act({ type: 'mend', from: 0, to: 1 });
    expect(session.frame.cuts).to.deep.equal([]);
  });

  it('parts the peers, and heals', async () => {
    const session = await after({ type: 'partition', groups: [[0], [1, 2]] });
    expect(session.frame.cuts).to.deep.equal(['0>1', '0>2', '1>0', '2>0']);
    await session.act({ type: 'heal' });
    expect(session.frame.cuts).to.deep.equal([]);
  });

  it('loses, delays and repeats a message by its number', async () => {
    const session = await after(propose);
    while (session.frame.flights.length === 0) await session.step();
    const [first, second] = session.frame.flights;
    expect([first?.kind, second?.kind]).to.deep.equal(['prepare', 'prepare']);
    await session.act({ type: 'lose', message: 0 });
    expect(session.frame.occurrences.map(({ type }) => type)).to.include('lost');
    expect(session.frame.flights.map(({ id }) => id)).to.deep.equal([1]);
    await session.act({ type: 'delay', message: 1 });
    expect(session.frame.flights[0]?.arrivalMs).to.equal((second?.arrivalMs ?? 0) + 40);
    await session.act({ type: 'repeat', message: 1 });
    expect(session.frame.flights.map(({ id }) => id)).to.deep.equal([1, 2]);
    await settle(session);
    expect(decidedBy(session)).to.deep.equal([0, 1, 2]);
  });

  it('freezes a peer, and lets it go on', async () => {
    const session = await after({ type: 'pause', peer: 2 }, propose);
    expect(session.frame.peers[2]?.state).to.equal('paused');
    await settle(session);
    expect(decidedBy(session)).to.deep.equal([0, 1]);
    await session.act({ type: 'resume', peer: 2 });
    while (await session.step());
    expect(decidedBy(session)).to.deep.equal([0, 1, 2]);
  });

  it('crashes a peer, which remembers what its disk kept', async () => {
    const session = await after(propose);
    await settle(session);
    await session.act({ type: 'crash', peer: 1 });
    expect(session.frame.peers[1]).to.include({ state: 'down', leader: undefined });
    await session.act({ type: 'restart', peer: 1 });
    while (await session.step());
    expect(session.frame.peers[1]?.state).to.equal('up');
    expect(session.frame.peers[1]?.instances[0]?.vote?.value).to.equal('v');
  });

  it('wipes a disk, and the peer knows that it lost its memory', async () => {
    const session = await after(propose);
    await settle(session);
    await session.act({ type: 'wipe', peer: 1 });
    await session.act({ type: 'restart', peer: 1 });
    const wasGuest = [session.frame];
    while (await session.step()) wasGuest.push(session.frame);
    expect(wasGuest.some(({ peers }) => peers[1]?.isMember === false)).to.equal(true);
    expect(session.frame.peers[1]).to.include({ state: 'up', isMember: true });
    expect(session.frame.peers[1]?.disk.votingFloor).to.equal(0);
  });

  it('makes a peer deaf to requests, lets messages be lost, and skews a clock', async () => {
    const session = await after(
      { type: 'deafen', peer: 1 },
      { type: 'lossy' },
      { type: 'skew', peer: 2, rate: 2 },
    );
    expect(session.frame.isLossy).to.equal(true);
    expect(session.frame.peers.map(({ isDeaf }) => isDeaf)).to.deep.equal([false, true, false]);
    expect(session.frame.peers.map(({ clockRate }) => clockRate)).to.deep.equal([1, 1, 2]);
    await session.act({ type: 'undeafen', peer: 1 });
    await session.act({ type: 'calm' });
    expect([session.frame.isLossy, session.frame.peers[1]?.isDeaf]).to.deep.equal([false, false]);
  });

  it('stops a leader in order, which hands over at once', async () => {
    const session = await Session.open({ ...settingsDefault, isLed: true }, shippedOnly);
    await session.stepTo(100);
    const leader = session.frame.peers[0]?.leader ?? -1;
    await session.act({ type: 'stop', peer: leader });
    const before = session.head;
    await session.stepTo(before + 60);
    const kinds = session.frames
      .slice(before)
      .flatMap(({ occurrences }) =>
        occurrences.flatMap((each) => (each.type === 'sent' ? [each.flight.kind] : [])),
      );
    expect(kinds).to.include('prepareLog');
    expect(session.frame.peers[leader]?.state).to.equal('down');
  });

  it('does nothing about a peer that is down already, or a message that is no more', async () => {
    const session = await after({ type: 'crash', peer: 1 });
    const { peers } = session.frame;
    const vain: Action[] = [
      { type: 'crash', peer: 1 },
      { type: 'stop', peer: 1 },
      { type: 'pause', peer: 1 },
      { type: 'propose', peer: 1, seq: 0, value: 'v' },
      { type: 'put', peer: 1, key: 'x', value: '1' },
      { type: 'lose', message: 99 },
    ];
    for (const action of vain) await session.act(action);
    expect(session.frame.peers).to.deep.equal(peers);
    expect(session.frame.calls).to.deep.equal([]);
  });
});
