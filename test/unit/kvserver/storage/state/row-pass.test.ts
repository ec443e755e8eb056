import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { dataKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import {
  applyNext,
  bytes,
  memoryLevel,
  openSession,
  put,
  remove,
  stamped,
} from '../../state-machine/fixtures.ts';
import { type Interception, intercepted } from '../../state-machine/intercepted.ts';

const keyCount = 60;

async function filled(): Promise<{ level: StateLevel; machine: StateMachine }> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyNext(machine, openSession(), openSession());
  for (let key = 0; key < keyCount; key += 2) await applyNext(machine, put(`k${key}`, `${key}`));
  return { level, machine };
}

/** Goes through all rows. `between` is called between two parts. Resolves with the number of rows. */
async function pass(
  machine: StateMachine,
  between: (part: number) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  for (let part = 0; ; part += 1) {
    const verified = await machine.verifyRows(5);
    count += verified.count;
    if (verified.isLast) return count;
    await between(part);
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof StateError ? error.code : undefined;
}

describe('A pass over all rows', () => {
  it('finds nothing while rows are written, changed and deleted anywhere', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = new SeededRandom(seed);
      const { machine } = await filled();
      for (let round = 0; round < 3; round += 1) {
        const count = await pass(machine, async (part) => {
          const key = `k${Math.floor(random.next() * keyCount)}`;
          const command = random.next() < 0.3 ? remove(key) : put(key, `${part}`);
          await applyNext(
            machine,
            stamped(command, [1, 1 + part + round * 100, 1]),
            put(`${key}`, 'b'),
          );
        });
        expect(count, `seed ${seed}`).to.be.above(keyCount / 2);
      }
    }
  });

  it('reads no part during a write, and writes nothing while it reads', async () => {
    const { level } = await filled();
    let release = (): void => {};
    const iterator: Interception = (call) => {
      const real = Object(call());
      return {
        async nextv(size: number) {
          const rows: unknown = await real.nextv(size);
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return rows;
        },
        next: () => real.next(),
        close: () => real.close(),
      };
    };
    const machine = await StateMachine.open(new StateDatabase(intercepted(level, { iterator })));
    const verified = pass(machine, async () => {});
    const written = applyNext(machine, put('k1', 'v'), put('k30', 'v'), put('k58', 'v'));
    const timer = setInterval(() => release(), 1);
    try {
      expect(await verified).to.be.above(keyCount / 2);
      await written;
      expect(await pass(machine, async () => {})).to.be.above(keyCount / 2);
    } finally {
      clearInterval(timer);
    }
  });

  const key = dataKey(bytes('k30'));
  const harms: Record<string, (level: StateLevel) => Promise<void>> = {
    'a damaged row': async (level) => level.put(key, Uint8Array.of(1, 2, 3, 4, 5)),
    'a row that vanished': (level) => level.del(key),
    'a row that came back': (level) =>
      level.put(dataKey(bytes('k31')), seal(dataKey(bytes('k31')), [1, 1, 1, bytes('')])),
    'an older row': (level) => level.put(key, seal(key, [1, 1, 1, bytes('older')])),
    'a row of an unknown kind': (level) => level.put(bytes('?'), seal(bytes('?'), [1])),
  };
  for (const [name, harm] of Object.entries(harms)) {
    it(`finds ${name}, wherever it is when that happens`, async () => {
      for (let at = 0; at < 3; at += 1) {
        const { level, machine } = await filled();
        const first = pass(machine, async (part) => (part === at ? harm(level) : undefined));
        const found = (await codeOf(first)) ?? (await codeOf(pass(machine, async () => {})));
        expect(found).to.equal('STATE_DAMAGED');
        expect(await codeOf(applyNext(machine, put('k', 'v')))).to.equal('STATE_DAMAGED');
      }
    });
  }

  it('finds a row that vanished and was written again', async () => {
    const { level } = await filled();
    await level.del(key);
    const machine = await StateMachine.open(new StateDatabase(level));
    await applyNext(machine, put('k30', 'again'));
    expect(await codeOf(pass(machine, async () => {}))).to.equal('STATE_DAMAGED');
  });
});
