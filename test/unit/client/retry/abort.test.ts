import { getEventListeners } from 'node:events';
import { onAbort } from '@paxkv/client/internal/retry/abort';
import { expect } from 'chai';

describe('onAbort', () => {
  it('tells everyone who listens, once', () => {
    const controller = new AbortController();
    const told: string[] = [];
    onAbort(controller.signal, () => told.push('a'));
    onAbort(controller.signal, () => told.push('b'));
    controller.abort();
    controller.abort();
    expect(told).to.deep.equal(['a', 'b']);
  });

  it('tells nobody who has called it off', () => {
    const controller = new AbortController();
    const told: string[] = [];
    const stop = onAbort(controller.signal, () => told.push('a'));
    stop();
    controller.abort();
    expect(told).to.deep.equal([]);
  });

  it('listens to a signal once, however many want to know', () => {
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) {
      onAbort(signal, () => {});
    }
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
  });
});
