import { AbstractChainedBatch, AbstractLevel } from 'abstract-level';
import { expect } from 'chai';
import { OwnerInMemory, Scratch, voteFor, withJournal } from '../scratch.ts';

/**
 * After the death of a process the operating system still has unflushed data, so the flush itself is
 * tested here.
 */
describe('The journal', () => {
  const scratch = new Scratch();

  afterEach(() => scratch.clear());

  it('flushes every turn, and the base of a new journal', async () => {
    const options = { directory: await scratch.directory(), owner: new OwnerInMemory() };
    const watch = watchWrites();
    try {
      await withJournal(options, async (journal) => {
        for (let turn = 0; turn < 3; turn += 1) await journal.write([voteFor(turn)]);
      });
    } finally {
      watch.end();
    }
    expect(watch.options).to.deep.equal(new Array(4).fill({ sync: true }));
  });
});

/** The options of every write of any database. */
function watchWrites(): { options: unknown[]; end: () => void } {
  const options: unknown[] = [];
  const ends = [
    watchCalls(AbstractLevel.prototype, 'put', (parameters) => options.push(parameters[2])),
    watchCalls(AbstractChainedBatch.prototype, 'write', ([first]) => options.push(first)),
  ];
  return { options, end: () => ends.forEach((end) => void end()) };
}

function watchCalls(
  target: object,
  name: string,
  onCall: (parameters: unknown[]) => void,
): () => void {
  const real: unknown = Reflect.get(target, name);
  if (typeof real !== 'function') throw new TypeError(`${name} is no method`);
  Reflect.set(target, name, function watched(this: unknown, ...parameters: unknown[]): unknown {
    onCall(parameters);
    return Reflect.apply(real, this, parameters);
  });
  return () => Reflect.set(target, name, real);
}
