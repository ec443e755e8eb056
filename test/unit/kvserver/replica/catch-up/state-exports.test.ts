import {
  type OpenExport,
  StateExports,
} from '@paxkv/kvserver/internal/replica/catch-up/state-exports';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import { batchOf, memoryLevel, put } from '../../state-machine/fixtures.ts';

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

describe('StateExports', () => {
  let level: StateLevel;
  let machine: StateMachine;
  let failures: unknown[];
  let exports: StateExports;
  let refusal: string | undefined;

  beforeEach(async () => {
    level = memoryLevel();
    machine = await StateMachine.open(new StateDatabase(level));
    await machine.apply([{ seq: 0, value: batchOf(put('k', 'v')) }]);
    failures = [];
    refusal = undefined;
    exports = new StateExports({
      state: {
        get applied() {
          return machine.applied;
        },
        get durable() {
          return machine.durable;
        },
        flush: () => machine.flush(),
      },
      served: () => (refusal === undefined ? { level } : { reason: refusal }),
      onFailed: (error) => failures.push(error),
    });
  });

  it('have everything that is applied when they are opened, and nothing later', async () => {
    expect(machine.durable).to.equal(-1);
    const source = await exports.open();
    expect(source.position).to.include({ applied: 0, revision: 1 });
    await machine.apply([{ seq: 1, value: batchOf(put('later', 'v')) }]);
    await machine.flush();
    const { rows } = await source.next(1_000_000);
    expect(rows).to.have.length(2);
    await source.close();
  });

  it('are open one at a time', async () => {
    const opening = exports.open();
    expect(await codeOf(exports.open())).to.equal('KV_OVERLOADED');
    const source = await opening;
    expect(await codeOf(exports.open())).to.equal('KV_OVERLOADED');
    await source.close();
    await source.close();
    await (await exports.open()).close();
  });

  it('end before their database does, and say why', async () => {
    const source = await exports.open();
    await exports.end('is stopping');
    await level.close();
    const error: unknown = await source.next(1000).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_UNAVAILABLE', message: 'This server is stopping.' });
    expect(failures).to.deep.equal([]);
  });

  it('are refused where there is no state, and can be opened once there is', async () => {
    refusal = 'it has applied nothing yet';
    expect(await codeOf(exports.open())).to.equal('KV_UNAVAILABLE');
    refusal = undefined;
    await (await exports.open()).close();
  });

  it('are refused if what is applied could not be written', async () => {
    const state = { applied: 0, durable: -1, flush: () => Promise.resolve() };
    const failing = new StateExports({ state, served: () => ({ level }), onFailed: () => {} });
    expect(await codeOf(failing.open())).to.equal('KV_UNAVAILABLE');
  });

  it('end at a damaged row, which they report', async () => {
    await machine.flush();
    const [row] = await level.iterator({ limit: 1 }).all();
    if (row === undefined) return expect.fail('no row');
    await level.put(row[0], row[1].with(6, 0x55));
    const source = await exports.open();
    expect(await codeOf(source.next(1000))).to.equal('KV_UNAVAILABLE');
    expect(failures).to.have.length(1);
    await source.close();
  });

  it('can be opened again after each end, however it came', async () => {
    await exports.end('nothing is open');
    for (const end of [
      (source: OpenExport) => source.close(),
      () => exports.end('takes a state'),
      async (source: OpenExport) => {
        await exports.end('takes a state');
        await source.close();
      },
    ]) {
      const source = await exports.open();
      expect(await codeOf(exports.open())).to.equal('KV_OVERLOADED');
      await end(source);
      expect(await codeOf(source.next(1000))).to.equal('KV_UNAVAILABLE');
    }
    const source = await exports.open();
    const error: unknown = await source
      .close()
      .then(() => source.next(1000))
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ message: 'This server has closed this backup.' });
  });

  it('are in the way of no other while one could not be opened', async () => {
    let isFull = true;
    const failing = new StateExports({
      state: {
        applied: 0,
        get durable() {
          return isFull ? -1 : 0;
        },
        flush: () => machine.flush(),
      },
      served: () => ({ level }),
      onFailed: (error) => failures.push(error),
    });
    expect(await codeOf(failing.open())).to.equal('KV_UNAVAILABLE');
    isFull = false;
    const source = await failing.open();
    expect([source.position.applied, source.rowCount]).to.deep.equal([0, 1]);
    await source.close();
    expect(failures).to.deep.equal([]);
  });

  it('report a database that is closed to their reader alone', async () => {
    await machine.flush();
    const source = await exports.open();
    await level.close();
    expect(await codeOf(source.next(1000))).to.equal('KV_UNAVAILABLE');
    await source.close();
    expect(failures).to.deep.equal([]);
  });
});
