import { loopTurns } from '@paxkv/kvserver/internal/budget/turn-clock';
import { expect } from 'chai';

describe('the turns of the event loop', () => {
  it('let everything that is ready go first, and know the time', async () => {
    const beganMs = loopTurns.now();
    const order: string[] = [];
    const later = new Promise<void>((resolve) => loopTurns.later(() => resolve()));
    void later.then(() => order.push('later'));
    await Promise.resolve().then(() => order.push('now'));
    await later;
    expect(order).to.deep.equal(['now', 'later']);
    expect(loopTurns.now()).to.be.at.least(beganMs);
  });
});
