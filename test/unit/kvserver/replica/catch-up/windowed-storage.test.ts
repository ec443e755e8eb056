import { windowedStorage } from '@paxkv/kvserver/internal/replica/catch-up/windowed-storage';
import type { Write } from '@paxkv/paxos';
import { expect } from 'chai';

describe('windowedStorage', () => {
  it('notes that instances are forgotten only once the window has written them', async () => {
    const written: Write<Uint8Array>[] = [];
    const window: { unwrittenFrom: number | undefined } = { unwrittenFrom: 40 };
    const storage = windowedStorage(
      {
        load: async () => ({ state: 'kept', writeIndex: 0, writes: [] }),
        write: async (writes) => void written.push(...writes),
        close: async () => {},
      },
      window,
    );
    const reserved = { type: 'reserved', round: 7 } as const;
    await storage.write([reserved, { type: 'forgotten', min: 50 }]);
    await storage.write([{ type: 'forgotten', min: 30 }]);
    window.unwrittenFrom = undefined;
    await storage.write([{ type: 'forgotten', min: 60 }]);
    expect(written).to.deep.equal([
      reserved,
      ...[40, 30, 60].map((min) => ({ type: 'forgotten', min })),
    ]);
  });

  it('passes on what is loaded, and that it closes', async () => {
    const calls: string[] = [];
    const memory = { state: 'kept', writeIndex: 3, writes: [] } as const;
    const storage = windowedStorage(
      {
        load: async () => memory,
        write: async () => void calls.push('written'),
        close: async () => void calls.push('closed'),
      },
      { unwrittenFrom: undefined },
    );
    expect(await storage.load()).to.equal(memory);
    await storage.close();
    expect(calls).to.deep.equal(['closed']);
  });
});
