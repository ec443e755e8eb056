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
});
