import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import type { Submitter } from '@paxkv/kvserver/internal/replica/submitter';
import { KvService } from '@paxkv/kvserver/internal/service/kv-service';
import {
  type AuthTable,
  emptyAuthTable,
  KvError,
  keyBytesMax,
  type Reply,
  type Request,
} from '@paxkv/protocol';
import { expect } from 'chai';

const key = Uint8Array.of(1);
const get = { command: { type: 'get', key } } as const;
const unavailable = new KvError('KV_UNAVAILABLE', 'This server is starting.');

/** A replica that gives one reply to every request. */
class FixedReplica {
  authTable: AuthTable = emptyAuthTable;
  readonly requests: Request[] = [];
  readonly #reply: Reply;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  async submit(request: Request): Promise<Reply> {
    this.requests.push(request);
    return this.#reply;
  }
}

function serviceOf(replica: FixedReplica): KvService {
  const service = new KvService(() => unavailable);
  service.attach(replica);
  return service;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('KvService', () => {
  it('gives the reply to the command', async () => {
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    const reply = await serviceOf(replica).submit(get);
    expect(reply).to.deep.equal({ type: 'get', entry: undefined });
    expect(replica.requests).to.deep.equal([get]);
  });

  it('submits nothing to the replica if a field is outside its limits', async () => {
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    const service = serviceOf(replica);
    for (const [length, code] of [
      [0, 'KV_BAD_REQUEST'],
      [keyBytesMax + 1, 'KV_TOO_LARGE'],
    ] as const) {
      const command = { type: 'get', key: new Uint8Array(length) } as const;
      const failure = await failureOf(service.submit({ command }));
      expect(failure).to.be.instanceOf(KvError).and.include({ code, outcome: 'not done' });
    }
    expect(replica.requests).to.deep.equal([]);
  });

  it('limits the sessions that an address or a user opens, and not those of this process', async () => {
    const replica = new FixedReplica({ type: 'openSession', session: 1 });
    const service = new KvService(() => unavailable, undefined, { now: () => 0 });
    service.attach(replica);
    const command = { type: 'openSession', client: 'c' } as const;
    const all = Array.from({ length: 1001 }, () => service.submit({ command }));
    await Promise.all(all);
    const open = () => service.submit({ command }, { client: { principal: '10.0.0.1' } });
    await Promise.all(Array.from({ length: 1000 }, open));
    expect(await failureOf(open())).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
    await service.submit({ command }, { client: { principal: '10.0.0.2' } });
    expect(replica.requests).to.have.length(2002);
  });

  it('answers no read of a user whose right was taken away while it waited', async () => {
    const principal = { user: 'anna' };
    const roles = [{ name: 'all', rights: [{ kind: 'admin', prefix: Uint8Array.of() }] as const }];
    const granted = { ...emptyAuthTable, roles, users: [{ name: 'anna', roles: ['all'] }] };
    for (const command of [get.command, { type: 'getAuth' }] as const) {
      const replica = new FixedReplica({ type: 'get', entry: undefined });
      const service = serviceOf(replica);
      replica.authTable = granted;
      await service.submit({ command }, { principal });
      const reading = service.submit({ command }, { principal });
      while (replica.requests.length < 2) await Promise.resolve();
      replica.authTable = { ...granted, users: [{ name: 'anna', roles: [] }] };
      expect(await failureOf(reading), command.type).to.include({ code: 'KV_FORBIDDEN' });
    }
  });

  it('submits the stamp and the consistency of a user as they came, with the user', async () => {
    const principal = { user: 'anna' };
    const roles = [{ name: 'all', rights: [{ kind: 'admin', prefix: Uint8Array.of() }] as const }];
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    replica.authTable = { ...emptyAuthTable, roles, users: [{ name: 'anna', roles: ['all'] }] };
    const stamp = { session: 7, number: 2, firstOutstanding: 1 };
    for (const more of [{}, { stamp }, { consistency: 'serializable' } as const]) {
      await serviceOf(replica).submit({ ...get, ...more, encoded: key }, { principal });
      // The encoded row has no user in it, so it must not enter the log.
      expect(replica.requests.at(-1)).to.deep.equal({ ...get, ...more, principal });
    }
  });

  it('throws a refusal of the store as an error', async () => {
    const service = serviceOf(new FixedReplica({ type: 'refused', reason: 'numberReused' }));
    const failure = await failureOf(service.submit(get));
    expect(failure).to.be.instanceOf(KvError).and.include({ code: 'KV_NUMBER_REUSED' });
  });

  it('takes the reply to another command for a defect', async () => {
    const service = serviceOf(new FixedReplica({ type: 'put', revision: 1 }));
    expect(await failureOf(service.submit(get))).to.be.instanceOf(TypeError);
  });

  it('says why it refuses requests while no replica is attached', async () => {
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    const service = new KvService(() => unavailable);
    expect(await failureOf(service.submit(get))).to.equal(unavailable);
    service.attach(replica);
    await service.submit(get);
    service.detach();
    expect(await failureOf(service.submit(get))).to.equal(unavailable);
    expect(replica.requests).to.have.length(1);
  });

  it('submits to the replica that was attached last', async () => {
    const [former, latter] = [1, 2].map(
      () => new FixedReplica({ type: 'get', entry: undefined }),
    ) as [FixedReplica, FixedReplica];
    const service = serviceOf(former);
    service.detach();
    service.attach(latter);
    await service.submit(get);
    expect([former.requests.length, latter.requests.length]).to.deep.equal([0, 1]);
  });

  it('lets a replica answer what it received before it was detached', async () => {
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    const service = serviceOf(replica);
    const reply = service.submit(get);
    service.detach();
    expect(await reply).to.deep.equal({ type: 'get', entry: undefined });
  });
});

describe('KvService with an observer', () => {
  const timingOf = () => new RequestTiming('get', { transport: 'http', id: 'a' });

  async function resultOf(
    submit: (timing: RequestTiming, service: KvService) => Promise<unknown>,
    replica?: Submitter,
  ): Promise<unknown> {
    const ended: RequestTiming[] = [];
    const observer = { onEnded: (timing: RequestTiming) => void ended.push(timing) };
    const service = new KvService(() => unavailable, observer);
    if (replica !== undefined) service.attach(replica);
    const timing = timingOf();
    await submit(timing, service).catch(() => {});
    expect(ended).to.deep.equal([timing]);
    return timing.result;
  }

  const getOnce = (timing: RequestTiming, service: KvService) => service.submit(get, { timing });

  it('reports a request that is done', async () => {
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    expect(await resultOf(getOnce, replica)).to.deep.equal({ outcome: 'done' });
  });

  it('reports a refusal of the store with its code', async () => {
    const replica = new FixedReplica({ type: 'refused', reason: 'numberReused' });
    const result = { outcome: 'not done', code: 'KV_NUMBER_REUSED' };
    expect(await resultOf(getOnce, replica)).to.deep.equal(result);
  });

  it('reports a request that reaches no replica', async () => {
    expect(await resultOf(getOnce)).to.deep.equal({ outcome: 'not done', code: 'KV_UNAVAILABLE' });
  });

  it('reports a defect as unknown', async () => {
    const submit = () => Promise.reject(new Error('a defect'));
    const replica = { authTable: emptyAuthTable, submit };
    const result = { outcome: 'unknown', code: 'KV_INTERNAL' };
    expect(await resultOf(getOnce, replica)).to.deep.equal(result);
  });

  it('reports a command outside its limits', async () => {
    const command = { type: 'get', key: new Uint8Array(keyBytesMax + 1) } as const;
    const submit = (timing: RequestTiming, service: KvService) =>
      service.submit({ command }, { timing });
    const replica = new FixedReplica({ type: 'get', entry: undefined });
    expect(await resultOf(submit, replica)).to.deep.equal({
      outcome: 'not done',
      code: 'KV_TOO_LARGE',
    });
  });
});
