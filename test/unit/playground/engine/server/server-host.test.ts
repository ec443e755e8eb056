import { type Action, hashOf, Session, settingsDefault, shippedOnly } from '@paxkv/playground';
import { expect } from 'chai';

const settings = { ...settingsDefault, hasServers: true };

async function open(isLed = true): Promise<Session> {
  const session = await Session.open({ ...settings, isLed }, shippedOnly);
  await settle(session, 100);
  return session;
}

async function settle(session: Session, ms: number): Promise<void> {
  const endMs = session.frame.timeMs + ms;
  while ((session.nextMs ?? Infinity) <= endMs && (await session.step()));
}

async function actAll(session: Session, actions: readonly Action[]): Promise<void> {
  for (const action of actions) await session.act(action);
}

function results({ frame }: Session): (string | undefined)[] {
  return frame.calls.map(({ type, answeredMs, result, failure }) => {
    if (answeredMs === undefined) return failure ?? 'waits';
    return type === 'put' ? 'done' : result;
  });
}

const put = (peer: number, key: string, value: string): Action => ({
  ...{ type: 'put', peer, key, value },
});
const get = (peer: number, key: string): Action => ({ type: 'get', peer, key });

describe('whole servers in a run', () => {
  for (const isLed of [false, true]) {
    it(`answer anywhere what was put anywhere, ${isLed ? 'with' : 'without'} a leader`, async () => {
      const session = await open(isLed);
      await actAll(session, [put(0, 'x', '1')]);
      await settle(session, 200);
      await actAll(session, [get(0, 'x'), get(1, 'x'), get(2, 'x'), get(2, 'y')]);
      await settle(session, 200);
      expect(results(session)).to.deep.equal(['done', '1', '1', '1', undefined]);
      const { peers, violations } = session.frame;
      expect(violations).to.deep.equal([]);
      expect(peers.map(({ server }) => server)).to.deep.equal([
        { state: 'running', revision: 1 },
        { state: 'running', revision: 1 },
        { state: 'running', revision: 1 },
      ]);
    });
  }

  it('show in the log what a batch does, and keep it over crashes of all of them', async () => {
    const session = await open();
    await actAll(session, [put(0, 'x', '1')]);
    await settle(session, 1000);
    const decided = session.frames.flatMap(({ occurrences }) =>
      occurrences.flatMap((each) => (each.type === 'decided' ? [each.value] : [])),
    );
    expect(decided.filter((value) => value === 'x=1 #0.2')).to.have.length(3);
    for (const peer of [0, 1, 2]) await session.act({ type: 'crash', peer });
    for (const peer of [0, 1, 2]) await session.act({ type: 'restart', peer });
    await settle(session, 1000);
    await actAll(session, [get(1, 'x')]);
    await settle(session, 500);
    expect(results(session)).to.deep.equal(['done', '1']);
    expect(session.frame.violations).to.deep.equal([]);
  });

  it('refuse a call while they have lost their memory, and serve again once admitted', async () => {
    const session = await open();
    await actAll(session, [put(0, 'x', '1')]);
    await settle(session, 1000);
    await actAll(session, [
      { type: 'wipe', peer: 1 },
      { type: 'restart', peer: 1 },
    ]);
    while (session.frame.peers[1]?.state !== 'up') await session.step();
    await actAll(session, [get(1, 'x')]);
    await settle(session, 3000);
    await actAll(session, [get(1, 'x')]);
    await settle(session, 500);
    expect(results(session)).to.deep.equal(['done', 'KV_UNAVAILABLE', '1']);
    expect(session.frame.violations).to.deep.equal([]);
  });

  it('do the same again when the run is executed again', async () => {
    const session = await open();
    await actAll(session, [put(1, 'x', '1'), put(2, 'x', '2'), get(0, 'x')]);
    await settle(session, 300);
    const hash = hashOf(session.frame);
    const end = session.cursor;
    session.seek(end - 40);
    await session.fork();
    await session.stepTo(end);
    expect(hashOf(session.frame)).to.equal(hash);
  });
});
