import type { CachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { EntryReader, noRoom } from '@paxkv/kvserver/internal/state-machine/store/entry-reader';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { text } from '../fixtures.ts';

const entry: CachedEntry = { value: 'value', createRevision: 1, modRevision: 1, version: 1 };

const slotOf = (name: string, found: CachedEntry | undefined) => ({
  ...{ name, entry: found, rowSum: undefined },
});

describe('EntryReader', () => {
  let loaded: string[];
  let asked: number[];
  let reader: EntryReader;
  let free: number;

  const hasRoom = (valueBytes: number) => {
    asked.push(valueBytes);
    return valueBytes <= free;
  };

  beforeEach(() => {
    loaded = [];
    asked = [];
    free = valueBytesMax;
    reader = new EntryReader({
      find: (name) => {
        if (name === 'on disk') return undefined;
        return slotOf(name, name === 'absent' ? undefined : entry);
      },
      load: async (names) => {
        loaded.push(...names);
        return names.map((name) => slotOf(name, entry));
      },
    });
  });

  it('takes room for a value before it copies it from memory', () => {
    const found = reader.read('here', hasRoom);
    expect(found === noRoom || found instanceof Promise ? '' : text(found?.value)).to.equal(
      'value',
    );
    free = entry.value.length - 1;
    expect(reader.read('here', hasRoom)).to.equal(noRoom);
    free = 0;
    expect(reader.read('absent', hasRoom)).to.equal(undefined);
    expect(asked).to.deep.equal([5, 5, 0]);
    expect(loaded).to.deep.equal([]);
  });

  it('takes room for the longest value before it asks the database', async () => {
    free = valueBytesMax - 1;
    expect(reader.read('on disk', hasRoom)).to.equal(noRoom);
    expect(loaded).to.deep.equal([]);
    free = valueBytesMax;
    const found = await reader.read('on disk', hasRoom);
    expect(found === noRoom ? '' : text(found?.value)).to.equal('value');
    expect(asked).to.deep.equal([valueBytesMax, valueBytesMax]);
  });
  it('reads fewer entries at once while their values are large, and at most 16', async () => {
    let [running, runningMax] = [0, 0];
    const onDisk = (value: string | undefined) =>
      new EntryReader({
        find: () => undefined,
        load: async ([name = '']) => {
          running += 1;
          runningMax = Math.max(runningMax, running);
          await new Promise(setImmediate);
          running -= 1;
          return [slotOf(name, value === undefined ? undefined : { ...entry, value })];
        },
      });
    for (const [value, atOnce] of [
      ['v'.repeat(2 ** 20), 2],
      [undefined, 16],
    ] as const) {
      const large = onDisk(value);
      await large.read('first', hasRoom);
      runningMax = 0;
      await Promise.all(Array.from({ length: 50 }, (_, index) => large.read(`${index}`, hasRoom)));
      expect(runningMax).to.equal(atOnce);
    }
  });
});
