import { type Answer, type ClientEvent, type ClientEventMap, KvClient } from '@paxkv/client';
import { ClientEvents } from '@paxkv/client/internal/diagnostics/client-events';
import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { StreamUnderTest } from '../../kvserver/api/stream/stream-under-test.ts';
import {
  failureOf,
  fakeWorld,
  ok,
  refusal,
  refuseConnection,
  type Sent,
  stampOf,
} from '../fake-world.ts';

type Recorded = ClientEvent<keyof ClientEventMap>;

const kinds = ['call', 'failure', 'retry', 'leader', 'open', 'close', 'session'] as const;

/** All events of the client from now on. */
function recordOf({ events }: KvClient): Recorded[] {
  const recorded: Recorded[] = [];
  for (const kind of kinds) events.addEventListener(kind, (event) => void recorded.push(event));
  return recorded;
}

function clientWith(answer: (sent: Sent) => Answer | Promise<Answer>): KvClient {
  let session = 0;
  const { environment } = fakeWorld((sent) => {
    if (sent.path !== paths.openSession) return answer(sent);
    session += 1;
    return ok({ session });
  });
  return new KvClient({ endpoints: ['one:1', 'two:2', 'three:3'], environment, timeoutMs: 5000 });
}

describe('ClientEvents', () => {
  it('makes no event that nobody listens to', () => {
    const events = new ClientEvents();
    expect(events.has('retry')).to.equal(false);
    events.emit('retry', { error: new Error() });
    events.addEventListener('retry', () => {});
    expect([events.has('retry'), events.has('call')]).to.deep.equal([true, false]);
  });

  it('stops when the listener is removed, has run once, or its signal fires', () => {
    const events = new ClientEvents();
    const seen: string[] = [];
    const removed = () => void seen.push('removed');
    const controller = new AbortController();
    events.addEventListener('session', removed);
    events.addEventListener('session', () => void seen.push('once'), { once: true });
    events.addEventListener('session', () => void seen.push('signal'), controller);
    events.emit('session', { isReplacement: false });
    events.removeEventListener('session', removed);
    controller.abort();
    events.emit('session', { isReplacement: true });
    expect(seen).to.deep.equal(['removed', 'once', 'signal']);
  });
});

describe('the events of a client', () => {
  it('report a call that ended, with the attributes of OpenTelemetry', async () => {
    const client = clientWith(() => ok({ found: false }));
    const recorded = recordOf(client);
    await client.get('a');
    expect(recorded.map(({ type }) => type)).to.deep.equal(['call']);
    const [event] = recorded;
    expect(event?.attributes).to.include({
      'db.system.name': 'paxkv',
      'db.operation.name': 'get',
      'paxkv.attempts': 1,
    });
    expect(event?.attributes['server.address']).to.be.oneOf(['one', 'two', 'three']);
    expect(event?.attributes['server.port']).to.be.oneOf([1, 2, 3]);
    expect(event?.detail).to.have.property('durationMs').that.is.at.least(0);
    expect(event?.attributes).not.to.have.any.keys('error.type', 'paxkv.outcome');
  });

  it('report each failed attempt after which the call goes on', async () => {
    const answers = [refuseConnection, () => refusal('KV_UNAVAILABLE'), () => ok({ found: false })];
    const client = clientWith(() => answers.shift()?.() ?? expect.fail('too many'));
    const recorded = recordOf(client);
    await client.get('a');
    expect(recorded.map(({ type }) => type)).to.deep.equal(['retry', 'retry', 'call']);
    const types = recorded.map(({ attributes }) => attributes['error.type']);
    expect(types).to.deep.equal(['ExchangeError', 'KV_UNAVAILABLE', undefined]);
    expect(recorded.map(({ attributes }) => attributes['paxkv.attempts'])).to.deep.equal([1, 2, 3]);
    expect(recorded[0]?.attributes['server.address']).not.to.equal(
      recorded[1]?.attributes['server.address'],
    );
  });

  it('report a call that failed, with its code and its outcome', async () => {
    const client = clientWith(() => refusal('KV_NOT_A_COUNTER'));
    const recorded = recordOf(client);
    const failure = await failureOf(client.increment('a'));
    expect(recorded.map(({ type }) => type)).to.deep.equal(['session', 'call', 'failure']);
    const last = recorded.at(-1);
    expect(last?.detail).to.have.property('error', failure);
    expect(last?.attributes).to.include({
      'db.operation.name': 'increment',
      'error.type': 'KV_NOT_A_COUNTER',
      'paxkv.outcome': 'not done',
    });
  });

  it('report a session that replaces one that the servers do not know any more', async () => {
    const client = clientWith((sent) =>
      stampOf(sent).id === 1 ? refusal('KV_SESSION_EXPIRED') : ok({ revision: 1 }),
    );
    const recorded = recordOf(client);
    await client.put('a', 'b');
    const sessions = recorded.filter(({ type }) => type === 'session').map(({ detail }) => detail);
    expect(sessions).to.deep.equal([{ isReplacement: false }, { isReplacement: true }]);
  });

  it('hold no key and no value', async () => {
    const client = clientWith(() => refusal('KV_TOO_LARGE'));
    const recorded = recordOf(client);
    await failureOf(client.put('secret-key', 'secret-value'));
    const text = JSON.stringify(recorded.map(({ attributes }) => attributes));
    expect(text).to.include('KV_TOO_LARGE').and.not.to.include('secret');
  });

  it('report streams that open and close, and changes of the leader', async () => {
    const stream = await StreamUnderTest.open();
    stream.leader = 1;
    const address = { 'server.address': '127.0.0.1', 'server.port': stream.port };
    const client = new KvClient({ endpoints: `127.0.0.1:${stream.port}` });
    const recorded = recordOf(client);
    await client.get('a');
    stream.listener.onLeader(null);
    stream.listener.onLeader(2);
    while (recorded.filter(({ type }) => type === 'leader').length < 3) {
      await new Promise(setImmediate);
    }
    await client.close();
    await stream.close();
    const about = recorded
      .filter(({ type }) => type !== 'call')
      .map(({ type, detail, attributes }) => ({ type, detail, attributes }));
    const system = { 'db.system.name': 'paxkv' };
    expect(about).to.deep.equal([
      { type: 'open', detail: {}, attributes: { ...system, ...address } },
      {
        type: 'leader',
        detail: { leader: 1 },
        attributes: { ...system, 'paxkv.node': 1, ...address },
      },
      { type: 'leader', detail: { leader: undefined }, attributes: system },
      { type: 'leader', detail: { leader: 2 }, attributes: { ...system, 'paxkv.node': 2 } },
      {
        type: 'close',
        detail: { reason: 'the client was closed' },
        attributes: { ...system, ...address },
      },
    ]);
  });

  it('name the request as the log of its server does', async () => {
    const stream = await StreamUnderTest.open();
    stream.replica.script = async () => ({ type: 'refused', reason: 'tooLarge' });
    const client = new KvClient({ endpoints: `127.0.0.1:${stream.port}` });
    const recorded = recordOf(client);
    const failure = await failureOf(client.get('a'));
    await client.close();
    await stream.close();
    expect(failure)
      .to.have.property('requestId')
      .that.matches(/^[\w-]+-\d+$/);
    const last = recorded.find(({ type }) => type === 'failure');
    expect(last?.attributes['paxkv.request.id']).to.equal(
      Reflect.get(Object(failure), 'requestId'),
    );
  });

  it('report nothing of a server that never opened a stream', async () => {
    const client = new KvClient({ endpoints: '127.0.0.1:1', timeoutMs: 300 });
    const recorded = recordOf(client);
    await failureOf(client.get('a'));
    await client.close();
    const kindsSeen = new Set(recorded.map(({ type }) => type));
    expect([...kindsSeen]).to.have.members(['retry', 'call', 'failure']);
  });
});
