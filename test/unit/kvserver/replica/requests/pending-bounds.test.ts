import { type Limits, limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import type { PendingRequest } from '@paxkv/kvserver/internal/replica/requests/pending-request';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import { bytesOf } from '@paxkv/kvserver/internal/replica/requests/request-size';
import { allCommands, type Command, KvError } from '@paxkv/protocol';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { bytesKeptByEach, leakBytesMin } from '../../../kept-memory.ts';
import { goodCommandsOf } from '../../../protocol/commands/samples.ts';
import { get, put, remove, stamped, transaction } from '../../state-machine/fixtures.ts';

const many = 10_000;

describe('The bounds of pending requests', () => {
  let world: World;
  let pending: PendingRequests;
  let settled: PendingRequest[];

  function create(limits: Partial<Limits> = {}): PendingRequests {
    const session = { onSettled: (request: PendingRequest) => void settled.push(request) };
    return new PendingRequests({
      ...{ clock: world.clock, session },
      limits: { ...limitsDefault, ...limits },
    });
  }

  beforeEach(() => {
    world = new World({ seed: 1 });
    settled = [];
    pending = create();
  });

  /** Offers everything to one batch after another, and returns the sizes of the batches. */
  function batchSizes(): number[] {
    const sizes: number[] = [];
    while (pending.queuedCount > 0) {
      let size = 0;
      pending.takeBatch(() => {
        size += 1;
        return true;
      });
      sizes.push(size);
    }
    return sizes;
  }

  function use(bound: string): number | undefined {
    return pending.bounds.find((one) => one.bound === bound)?.used;
  }

  async function codeOf(reply: Promise<unknown>): Promise<[string, string]> {
    const error = await reply.then(
      () => expect.fail('resolved'),
      (reason: unknown) => reason,
    );
    return error instanceof KvError ? [error.code, error.outcome] : expect.fail(String(error));
  }

  function ignore(reply: Promise<unknown>): void {
    reply.catch(() => {});
  }

  for (const max of [1, 2, 3]) {
    it(`are ${max} at most, reads and writes together, and each settled one makes room`, () => {
      pending = create({ pendingRequestCountMax: max });
      const accepted = Array.from({ length: max }, () => pending.admit({ command: get('k') }));
      expect(use('pendingRequestCountMax')).to.equal(max);
      const refusal = /pendingRequestCountMax/;
      expect(() => pending.admit({ command: get('k') })).to.throw(KvError, refusal);
      expect(() => pending.add({ command: put('k', 'v') })).to.throw(KvError, refusal);
      accepted[0]?.resolve({ type: 'get', entry: undefined });
      ignore(pending.add({ command: put('k', 'v') }));
      expect(() => pending.admit({ command: get('k') })).to.throw(KvError, refusal);
      expect(pending.count).to.equal(max);
    });
  }

  it('are refused from the limit on bytes on, and not one byte below', () => {
    const command = put('k', 'value');
    const bytes = bytesOf({ command });
    for (const [max, count] of [
      [2 * bytes - 1, 2],
      [2 * bytes, 2],
      [2 * bytes + 1, 3],
    ] as const) {
      pending = create({ pendingBytesMax: max });
      for (let index = 0; index < count; index += 1) ignore(pending.add({ command }));
      expect(() => pending.add({ command }), `${max}`).to.throw(KvError, /pendingBytesMax/);
      expect(use('pendingBytesMax')).to.equal(count * bytes);
    }
  });

  for (const max of [1, 2, 7]) {
    it(`go into batches of ${max} requests, none is left out`, () => {
      pending = create({ batchRequestCountMax: max });
      for (const count of [1, max - 1, max, max + 1, 2 * max + 1]) {
        for (let index = 0; index < count; index += 1)
          ignore(pending.add({ command: put('k', '') }));
        const full = Array.from({ length: Math.floor(count / max) }, () => max);
        expect(batchSizes(), `${count}`).to.deep.equal([...full, count % max].filter((n) => n > 0));
      }
    });
  }

  it('go into batches up to the limit on bytes, and a larger request into one of its own', () => {
    const bytes = bytesOf({ command: put('k', 'value') });
    for (const [batchBytesMax, sizes] of [
      [2 * bytes - 1, [1, 1, 1]],
      [2 * bytes, [2, 1]],
      [3 * bytes, [3]],
      [1, [1, 1, 1]],
    ] as const) {
      pending = create({ batchBytesMax });
      for (let index = 0; index < 3; index += 1)
        ignore(pending.add({ command: put('k', 'value') }));
      expect(batchSizes(), `${batchBytesMax}`).to.deep.equal(sizes);
    }
  });

  it('go into batches by the parts of transactions, of which each may need an entry', () => {
    const parts = (count: number): Command =>
      transaction({ then: Array.from({ length: count }, () => remove('k')) });
    pending = create({ batchRequestCountMax: 10 });
    for (const count of [4, 5, 1, 0, 10, 11, 2]) ignore(pending.add({ command: parts(count) }));
    expect(batchSizes()).to.deep.equal([3, 1, 1, 1, 1]);
  });

  it('go into batches with few of the gets whose values every server would read', () => {
    const logged = stamped(get('k'), [1, 1]);
    for (let index = 0; index < 3; index += 1) ignore(pending.add(logged));
    expect(batchSizes()).to.deep.equal([1, 1, 1]);
    const reading = transaction({ then: [get('k')] });
    for (let index = 0; index < 512; index += 1) ignore(pending.add({ command: reading }));
    expect(Math.max(...batchSizes())).to.be.within(200, 256);
  });

  for (const spec of allCommands) {
    const isRead = spec.access === 'read';
    const [command = expect.fail('no sample')] = goodCommandsOf(spec);

    it(`count the bytes of ${spec.type} alike when it comes and when it goes`, async () => {
      const reply = pending.add({ command });
      expect(use('pendingBytesMax')).to.equal(bytesOf({ command })).and.to.be.at.least(64);
      pending.interruptAll('The server stops.');
      await codeOf(reply);
      expect([use('pendingBytesMax'), use('pendingRequestCountMax')]).to.deep.equal([0, 0]);
    });

    it(`know that ${spec.type} is not done while it is queued, at its deadline too`, async () => {
      const { signal, abort } = abortable();
      const reply = pending.add({ command }, { signal });
      abort();
      expect(await codeOf(reply)).to.deep.equal(['KV_ABORTED', 'not done']);
      const second = pending.add({ command });
      pending.refuseQueued('The server stops.');
      expect(await codeOf(second)).to.deep.equal(['KV_UNAVAILABLE', 'not done']);
      expect(pending.queuedCount).to.equal(0);
    });

    it(`know that ${spec.type} is ${isRead ? 'not done' : 'unknown'} once it is proposed`, async () => {
      const outcome = isRead ? 'not done' : 'unknown';
      const { signal, abort } = abortable();
      const reply = pending.add({ command }, { signal });
      pending.takeBatch(() => true);
      abort();
      expect(await codeOf(reply)).to.deep.equal(['KV_ABORTED', outcome]);
      const second = pending.add({ command });
      pending.takeBatch(() => true);
      pending.interruptAll('The server stops.');
      expect((await codeOf(second))[1]).to.equal(outcome);
    });
  }

  it('end at their deadlines, each at its own, whatever was settled before', async () => {
    await world.run(async () => {
      const { requestTimeoutMs } = limitsDefault;
      const first = pending.add({ command: put('a', '') });
      ignore(first);
      await world.sleep(10);
      const second = pending.add({ command: put('b', '') });
      ignore(second);
      await world.sleep(requestTimeoutMs - 11);
      expect(pending.count).to.equal(2);
      await world.sleep(1);
      expect(await codeOf(first)).to.deep.equal(['KV_TIMEOUT', 'not done']);
      expect(pending.count).to.equal(1);
      await world.sleep(9);
      expect(pending.count).to.equal(1);
      await world.sleep(1);
      expect(await codeOf(second)).to.deep.equal(['KV_TIMEOUT', 'not done']);
      expect(pending.count).to.equal(0);
    });
  });

  describe(`after ${many} of a kind`, function () {
    this.timeout(60_000);

    /** Clients of one connection each, of a few principals. */
    const clientOf = (index: number) => ({ principal: `user ${index % 7}` });

    const kinds: Record<string, (index: number) => void> = {
      'reads that were answered': (index) => {
        pending.admit({ command: get('k') }, { client: clientOf(index) }).resolve(found);
      },
      'writes that were answered': (index) => {
        const taken: PendingRequest[] = [];
        ignore(pending.add({ command: put('k', 'value') }, { client: clientOf(index) }));
        pending.takeBatch((one) => taken.push(one) > 0);
        for (const one of taken) one.resolve({ type: 'put', revision: 1 });
      },
      'requests that were aborted in the queue': (index) => {
        const { signal, abort } = abortable();
        const client = clientOf(index);
        ignore(pending.add({ command: put('k', 'value') }, { client, signal }));
        abort();
      },
      'requests that were aborted after they were proposed': (index) => {
        const { signal, abort } = abortable();
        ignore(pending.add({ command: put('k', 'v') }, { client: clientOf(index), signal }));
        pending.takeBatch(() => true);
        abort();
      },
      'requests that were refused for their share': (index) => {
        const client = clientOf(index);
        const held = Array.from({ length: 4 }, () => {
          try {
            return pending.admit({ command: get('k') }, { client });
          } catch (error) {
            expect(error).to.have.property('code', 'KV_OVERLOADED');
            return undefined;
          }
        });
        for (const one of held) one?.resolve(found);
      },
      'requests that were interrupted': (index) => {
        ignore(pending.add({ command: put('k', 'v') }, { client: clientOf(index) }));
        pending.interruptAll('The server stops.');
      },
    };

    for (const [kind, act] of Object.entries(kinds)) {
      it(`${kind}, nothing is pending or counted, and little memory is kept`, async () => {
        if (kind.includes('refused')) pending = create({ pendingRequestCountMax: 3 });
        const bytes = await bytesKeptByEach((index) => {
          act(index);
          settled.length = 0;
        }, many);
        expect([pending.count, pending.queuedCount]).to.deep.equal([0, 0]);
        expect(pending.bounds.slice(0, 2).map(({ used }) => used)).to.deep.equal([0, 0]);
        expect(bytes).to.be.below(leakBytesMin);
      });
    }

    it('requests on the signal of one connection, the signal holds none of them', async () => {
      const { signal, abort } = abortable();
      const client = { principal: 'user' };
      const act = () => {
        pending.admit({ command: put('k', 'x'.repeat(200)) }, { client, signal }).resolve(found);
        settled.length = 0;
      };
      const bytes = await bytesKeptByEach(act, many);
      expect(bytes).to.be.below(leakBytesMin);
      settled = [];
      abort();
      expect(settled).to.deep.equal([]);
    });
  });
});

const found = { type: 'get', entry: undefined } as const;

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
