import type { LogWindow } from '@paxkv/kvserver/internal/storage/log-window/log-window';
import { expect } from 'chai';
import { decisions, never, Site, valuesFrom, valuesOf } from './window-fixtures.ts';

/** Sixteen files at most, each of a few values. */
const small = { bytesMax: 16 * 500 };

function rangeOf(window: LogWindow): [number, number] {
  return [window.first, window.next];
}

describe('LogWindow', () => {
  it('gives what was added, in pages, from any instance on', () =>
    new Site().run(async (site) => {
      const window = await site.filled(10, 40);
      expect(await valuesFrom(window, 10)).to.deep.equal(valuesOf(10, 40));
      expect(await valuesFrom(window, 33)).to.deep.equal(valuesOf(33, 40));
      expect([window.holds(9), window.holds(10), window.holds(39), window.holds(40)]).to.deep.equal(
        [false, true, true, false],
      );
      for (const seq of [0, 9, 40]) expect(await valuesFrom(window, seq)).to.deep.equal([]);
    }));

  it('gives at once what is not on disk yet', () =>
    new Site().run(async (site) => {
      const window = await site.open();
      window.start(5);
      window.add(decisions(5, 300));
      expect(await valuesFrom(window, 7)).to.deep.equal(valuesOf(7, 300));
    }));

  it('says what is in memory only, until it is written', () =>
    new Site().run(async (site) => {
      const window = await site.open();
      window.start(5);
      expect(window.unwrittenFrom).to.equal(undefined);
      window.add(decisions(5, 12));
      expect(window.unwrittenFrom).to.equal(5);
      await window.settled();
      expect(window.unwrittenFrom).to.equal(undefined);
    }));

  it('takes each decision once', () =>
    new Site().run(async (site) => {
      const window = await site.filled(5, 10);
      window.add(decisions(5, 12));
      await window.settled();
      expect(await valuesFrom(window, 5)).to.deep.equal(valuesOf(5, 12));
    }));

  it('holds no two parts with a gap between them', () =>
    new Site().run(async (site) => {
      const window = await site.filled(5, 10);
      window.add(decisions(11, 14));
      expect(rangeOf(window)).to.deep.equal([11, 14]);
      await window.settled();
      expect(await valuesFrom(window, 5)).to.deep.equal([]);
      expect(await valuesFrom(window, 11)).to.deep.equal(valuesOf(11, 14));
    }));

  it('has no file once every peer is done with all of it', () =>
    new Site().run(async (site) => {
      const window = await site.filled(5, 30, small);
      expect(site.disk.sizes.size).to.be.above(2);
      window.trim({ everyPeerMin: 20, keepFrom: never });
      await window.settled();
      expect(window.first).to.be.within(10, 20);
      expect(await valuesFrom(window, 20)).to.deep.equal(valuesOf(20, 30));
      window.trim({ everyPeerMin: 30, keepFrom: never });
      await window.settled();
      expect([...site.disk.sizes]).to.deep.equal([]);
      expect(rangeOf(window)).to.deep.equal([30, 30]);
      await site.add(window, 30, 35);
      expect(await valuesFrom(window, 30)).to.deep.equal(valuesOf(30, 35));
    }));

  it('never takes more than its bytes on disk, and loses the oldest first', () =>
    new Site().run(async (site) => {
      const window = await site.filled(0, 200, small);
      const bytes = [...site.disk.sizes.values()].reduce((sum, size) => sum + size, 0);
      expect(bytes).to.be.within(small.bytesMax / 2, small.bytesMax);
      expect(window.first).to.be.above(100);
      expect(await valuesFrom(window, window.first)).to.deep.equal(valuesOf(window.first, 200));
    }));

  it('drops what is too old, but not what a transfer is about to read', () =>
    new Site().run(async (site) => {
      const window = await site.filled(0, 20, { msMax: 10_000 });
      await site.world.sleep(20_000);
      window.trim({ everyPeerMin: 0, keepFrom: 0 });
      expect(rangeOf(window)).to.deep.equal([0, 20]);
      window.trim({ everyPeerMin: 20, keepFrom: 5 });
      expect(window.holds(5)).to.equal(true);
      window.trim({ everyPeerMin: 0, keepFrom: never });
      expect(rangeOf(window)).to.deep.equal([20, 20]);
    }));

  it('is dropped with one line if a write fails, and begins anew a minute later', () =>
    new Site().run(async (site) => {
      const window = await site.filled(0, 5);
      site.disk.failNextWrite(new Error('no space'));
      window.add(decisions(5, 6));
      await window.settled();
      expect(site.reasons).to.deep.equal(['the disk failed: no space']);
      expect(await valuesFrom(window, 0)).to.deep.equal([]);
      window.add(decisions(6, 9));
      expect(window.holds(6)).to.equal(false);
      await site.world.sleep(60_000);
      await site.add(window, 9, 12);
      expect(await valuesFrom(window, 9)).to.deep.equal(valuesOf(9, 12));
      expect([...site.disk.sizes]).to.have.length(1);
    }));

  it('is dropped if the disk cannot follow, and never holds more than some megabytes in memory', () =>
    new Site().run(async (site) => {
      const window = await site.open();
      window.start(0);
      const value = Buffer.alloc(1024 * 1024);
      for (let seq = 0; seq < 40; seq += 1) window.add([{ seq, value }]);
      expect(site.reasons).to.deep.equal(['the disk cannot follow']);
      await window.settled();
      expect([...site.disk.sizes]).to.deep.equal([]);
    }));

  it('never gives a damaged record, and keeps what lies behind the damaged file', () =>
    new Site().run(async (site) => {
      const window = await site.filled(0, 30, small);
      const [, second] = [...site.disk.sizes.keys()].sort();
      site.disk.harm(second ?? '', 200);
      const values = await valuesFrom(window, 0);
      expect(values).to.deep.equal(valuesOf(0, values.length));
      expect(values.length).to.be.below(20);
      expect(site.reasons.join()).to.match(/^instance \d+ is damaged; it begins at \d+ now$/);
      expect(await valuesFrom(window, window.first)).to.deep.equal(valuesOf(window.first, 30));
    }));
});

describe('LogWindow after a restart', () => {
  it('holds what it held, if the log in memory begins there', () =>
    new Site().run(async (site) => {
      await (await site.filled(10, 40, small)).close();
      for (const min of [40, 35, 11]) {
        const window = await site.open(small);
        window.start(min);
        expect(await valuesFrom(window, 20), `${min}`).to.deep.equal(valuesOf(20, 40));
        await window.close();
      }
    }));

  it('goes on where it ended, also if decisions leave memory once more', () =>
    new Site().run(async (site) => {
      await (await site.filled(10, 40)).close();
      const window = await site.open();
      window.start(35);
      await site.add(window, 35, 50);
      expect(await valuesFrom(window, 10)).to.deep.equal(valuesOf(10, 50));
    }));

  for (const { title, min } of [
    { title: 'is dropped if there is a gap to the log in memory', min: 41 },
    { title: 'is dropped if the log in memory has all of it', min: 10 },
    { title: 'is dropped if the memory of the log was lost', min: 0 },
  ]) {
    it(title, () =>
      new Site().run(async (site) => {
        await (await site.filled(10, 40, small)).close();
        const window = await site.open(small);
        window.start(min);
        expect(rangeOf(window)).to.deep.equal([min, min]);
        const reason = `it holds instances 10 to 39, and the log in memory begins at ${min}`;
        expect(site.reasons).to.deep.equal([reason]);
        expect(await valuesFrom(window, 20)).to.deep.equal([]);
        await window.settled();
        expect([...site.disk.sizes]).to.deep.equal([]);
      }),
    );
  }

  it('of a crash ends with the last record that is whole', () =>
    new Site().run(async (site) => {
      await site.filled(10, 30);
      const [name = '', size = 0] = [...site.disk.sizes][0] ?? [];
      site.disk.cut(name, size - 50);
      const window = await site.open();
      window.start(29);
      expect(rangeOf(window)).to.deep.equal([10, 29]);
      expect(await valuesFrom(window, 10)).to.deep.equal(valuesOf(10, 29));
    }));

  it('holds only what follows a missing file', () =>
    new Site().run(async (site) => {
      await (await site.filled(0, 40, small)).close();
      const names = [...site.disk.sizes.keys()].sort();
      site.disk.remove(names[2] ?? '');
      const window = await site.open(small);
      window.start(40);
      expect(window.first).to.equal(Number(names[3]?.slice(0, 16)));
      expect(await valuesFrom(window, window.first)).to.deep.equal(valuesOf(window.first, 40));
    }));

  it('gives nothing that was written for another node', () =>
    new Site().run(async (site) => {
      await (await site.filled(0, 10)).close();
      const window = await site.open({ owner: 'tests/1' });
      window.start(10);
      expect(await valuesFrom(window, 3)).to.deep.equal([]);
    }));

  it('removes files that it does not know', () =>
    new Site().run(async (site) => {
      await site.disk.open().create('other');
      await site.open();
      expect([...site.disk.sizes]).to.deep.equal([]);
    }));
});
