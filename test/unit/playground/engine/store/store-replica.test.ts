import { type Action, Session, settingsDefault, shippedOnly } from '@paxkv/playground';
import { expect } from 'chai';

const withinMs = 3000;

async function open(isLed = false): Promise<Session> {
  const session = await Session.open({ ...settingsDefault, isLed }, shippedOnly);
  if (isLed) await session.stepTo(100);
  return session;
}

/** Goes on for a while, or until nothing happens. */
async function settle(session: Session, ms = withinMs): Promise<void> {
  const endMs = session.frame.timeMs + ms;
  while (session.frame.timeMs < endMs && (await session.step()));
}

async function actAll(session: Session, actions: readonly Action[]): Promise<void> {
  for (const action of actions) await session.act(action);
}

function results({ frame }: Session): (string | undefined)[] {
  return frame.calls.map(({ answeredMs, result }) =>
    answeredMs === undefined ? 'waits' : (result ?? 'done'),
  );
}

describe('StoreReplica', () => {
  for (const isLed of [false, true]) {
    it(`tells anywhere what was put anywhere, ${isLed ? 'with' : 'without'} a leader`, async () => {
      const session = await open(isLed);
      await actAll(session, [{ type: 'put', peer: 0, key: 'x', value: '1' }]);
      await settle(session, 200);
      await actAll(
        session,
        [0, 1, 2].map((peer) => ({ type: 'get', peer, key: 'x' })),
      );
      await settle(session, 200);
      expect(results(session)).to.deep.equal(['done', '1', '1', '1']);
      expect(session.frame.violations).to.deep.equal([]);
    });
  }

  it('does every put once, though several contend for an instance', async () => {
    const session = await open();
    await actAll(
      session,
      [0, 1, 2].map((peer) => ({ type: 'put', peer, key: `k${peer}`, value: `${peer}` })),
    );
    await settle(session);
    expect(results(session)).to.deep.equal(['done', 'done', 'done']);
    const values = session.frame.peers[0]?.instances.map(({ value }) => value);
    expect(new Set(values?.filter((value) => value !== '·'))).to.have.property('size', 3);
  });

  it('fills an instance that nobody proposed in, so that later ones can be applied', async () => {
    const session = await open();
    await actAll(session, [{ type: 'propose', peer: 1, seq: 2, value: 'late' }]);
    await settle(session, 100);
    await actAll(session, [{ type: 'put', peer: 0, key: 'x', value: '1' }]);
    await settle(session);
    expect(results(session)).to.deep.equal(['done']);
    const fates = session.frame.peers[0]?.instances.map(({ value }) => value);
    expect(fates).to.deep.equal(['·', '·', 'late', 'x=1 #1']);
  });

  it('lets a client wait that a quorum cannot serve, and a crash leaves it without an answer', async () => {
    const session = await open();
    await actAll(session, [
      { type: 'partition', groups: [[0], [1, 2]] },
      { type: 'get', peer: 0, key: 'x' },
    ]);
    await settle(session, 500);
    expect(results(session)).to.deep.equal(['waits']);
    await actAll(session, [{ type: 'crash', peer: 0 }, { type: 'heal' }]);
    await actAll(session, [{ type: 'restart', peer: 0 }]);
    await settle(session, 500);
    expect(results(session)).to.deep.equal(['waits']);
  });
});
