import { type Attempt, type Exchange, ExchangeError, KvClient } from '@paxkv/client';
import { isWatch, Watches } from '@paxkv/kvserver/internal/replica/watch/watches';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { systemClock } from '@paxkv/kvserver/internal/system/clock';
import type { ChangesReply, KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { applyNext, memoryLevel, put } from '../../kvserver/state-machine/fixtures.ts';

/** A server that answers reads of changes from a state machine of its own. */
class FakeServer {
  isUp = true;
  readonly #machine: StateMachine;
  readonly #watches: Watches;

  private constructor(machine: StateMachine) {
    this.#machine = machine;
    this.#watches = new Watches({
      clock: systemClock,
      machine: () => machine,
      submit: async () => ({ type: 'get', entry: undefined }),
    });
  }

  static async open(recentChangesBytesMax: number): Promise<FakeServer> {
    const options = { recentChangesBytesMax };
    return new FakeServer(await StateMachine.open(new StateDatabase(memoryLevel()), options));
  }

  async write(value: string): Promise<void> {
    await applyNext(this.#machine, { command: put('k', value) });
    this.#watches.onApplied();
  }

  fail(): void {
    this.isUp = false;
    this.#watches.interruptAll('It has failed.');
  }

  async read({ request: { command } }: Attempt, signal: AbortSignal): Promise<ChangesReply> {
    if (!this.isUp) throw new ExchangeError('no', 'It is down.');
    if (command.type === 'status' || !isWatch(command)) throw new Error('No other request.');
    return this.#watches.read(command, { signal });
  }
}

describe('A watch of several servers', () => {
  let servers: readonly FakeServer[];
  let client: KvClient;
  /** The server that was asked last. */
  let asked: number;

  async function open(...bytesMax: readonly number[]): Promise<void> {
    servers = await Promise.all(bytesMax.map((max) => FakeServer.open(max)));
    const endpoints = servers.map((_, index) => `http://server:${index + 1}`);
    const exchange: Exchange = {
      send(endpoint, attempt) {
        asked = endpoints.indexOf(endpoint);
        const controller = new AbortController();
        attempt.onCancel(() => controller.abort());
        servers[asked]?.read(attempt, controller.signal).then(
          (reply) => attempt.resolve(reply),
          (error: Error) => attempt.reject(error),
        );
      },
      close: async () => {},
    };
    const environment = { exchange, clock: systemClock, random: { next: () => 0 } };
    client = new KvClient({ endpoints, environment, timeoutMs: 300 });
  }

  afterEach(() => client.close());

  const write = async (value: string) => {
    for (const server of servers) await server.write(value);
  };

  it('loses and repeats nothing when servers fail', async () => {
    await open(2 ** 20, 2 ** 20, 2 ** 20);
    const seen: string[] = [];
    const expected = Array.from({ length: 40 }, (_, index) => `${index}`);
    const writing = (async () => {
      for (const value of expected) {
        await write(value);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    for await (const event of client.watch({ key: 'k' }, { after: 0 })) {
      if (event.type !== 'put') continue;
      seen.push(event.value);
      if (seen.length % 10 === 0) {
        for (const server of servers) server.isUp = true;
        servers[asked]?.fail();
      }
      if (seen.length >= expected.length) break;
    }
    await writing;
    expect(seen).to.deep.equal(expected);
  });

  it('asks the others if one has dropped the changes', async () => {
    await open(1, 1, 2 ** 20);
    for (const value of ['a', 'b', 'c']) await write(value);
    const seen: string[] = [];
    for await (const event of client.watch({ key: 'k' }, { after: 1 })) {
      if (event.type === 'put') seen.push(event.value);
      if (event.type === 'progress' && event.revision >= 3) break;
    }
    expect(seen).to.deep.equal(['b', 'c']);
  });

  it('ends with an error if no server that answers has the changes', async () => {
    await open(1, 1, 2 ** 20);
    for (const value of ['a', 'b', 'c']) await write(value);
    servers[2]?.fail();
    let error: KvError | undefined;
    try {
      for await (const _event of client.watch({ key: 'k' }, { after: 1 }));
    } catch (thrown) {
      error = thrown as KvError;
    }
    expect(error).to.include({ code: 'KV_COMPACTED', outcome: 'not done' });
    expect(error?.message).to.contain('revision 3');
  });

  it('ends with an error once no server has answered for its time', async () => {
    await open(2 ** 20);
    servers[0]?.fail();
    let error: KvError | undefined;
    try {
      for await (const _event of client.watch({}, { timeoutMs: 50 }));
    } catch (thrown) {
      error = thrown as KvError;
    }
    expect(error).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
  });
});
