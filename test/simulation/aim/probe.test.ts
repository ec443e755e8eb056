import { SeededRandom, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { toOperations } from '../../history/pairing.ts';
import { RecordedClient, type Store } from '../../history/recorded-client.ts';
import { Recorder } from '../../history/recorder.ts';
import { checkOperations } from '../../linearizability/checker.ts';
import { Probe } from './probe.ts';

describe('A probe', () => {
  it('reads while others write, and shows a server that answers from an old state', async () => {
    for (const lagMs of [0, 60]) {
      const recorder = await probe(lagMs);
      const operations = toOperations(recorder.events);
      expect(operations.filter(({ name }) => name === 'put').length).to.equal(5);
      expect(operations.filter(({ name }) => name === 'get').length).to.be.at.least(6);
      expect(checkOperations(operations).name).to.equal(lagMs === 0 ? 'linearizable' : 'violated');
    }
  });
});

/** `lagMs`: how old the state is from which reads are answered. */
async function probe(lagMs: number): Promise<Recorder> {
  const world = new World({ seed: 1 });
  const recorder = new Recorder({ now: () => Math.round(world.now() * 1e6) });
  const writes: { value: string; atMs: number }[] = [];
  const store = {
    getEntry: async () => {
      const known = writes.filter(({ atMs }) => atMs <= world.now() - lagMs);
      const { value } = known.at(-1) ?? {};
      await world.sleep(1);
      return value === undefined ? undefined : { value, modRevision: known.length };
    },
    put: async (_key: string, value: string) => {
      await world.sleep(1);
      writes.push({ value, atMs: world.now() });
      return { revision: writes.length };
    },
  } as Partial<Store> as Store;
  const client = () => new RecordedClient(store, recorder.client());
  const random = new SeededRandom(3);
  const readers = [client(), client(), client()];
  const running = new Probe(world, { number: 1000, random, readers, writers: [client()] });
  await world.run(() => running.run());
  return recorder;
}
