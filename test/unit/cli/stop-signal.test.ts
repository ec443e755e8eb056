import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { type Asked, whenAskedToStop } from 'paxkv/internal/stop-signal';

class FakeProcess extends EventEmitter implements Asked {
  readonly exitCodes: number[] = [];
  unrefCount = 0;
  readonly channel = {
    unref: () => {
      this.unrefCount += 1;
    },
  };

  exit(code: number): void {
    this.exitCodes.push(code);
  }
}

describe('whenAskedToStop', () => {
  for (const reason of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
    it(`resolves on ${reason}`, async () => {
      const asked = new FakeProcess();
      const stop = whenAskedToStop(asked);
      asked.emit(reason);
      expect(await stop).to.equal(reason);
      expect(asked.exitCodes).to.deep.equal([]);
    });
  }

  it('takes a signal and its echo for one', () => {
    const asked = new FakeProcess();
    void whenAskedToStop(asked);
    asked.emit('SIGINT');
    asked.emit('SIGINT');
    expect(asked.exitCodes).to.deep.equal([]);
  });

  it('ends at once when asked again, with the code shells give to that signal', () => {
    const asked = new FakeProcess();
    void whenAskedToStop(asked);
    asked.emit('SIGINT');
    asked.emit('SIGTERM');
    expect(asked.exitCodes).to.deep.equal([143]);
  });

  it('does not hurry because the parent is gone too', () => {
    const asked = new FakeProcess();
    void whenAskedToStop(asked);
    asked.emit('SIGTERM');
    asked.emit('disconnect');
    expect(asked.exitCodes).to.deep.equal([]);
  });

  it('keeps no process alive by listening for its parent', () => {
    const asked = new FakeProcess();
    void whenAskedToStop(asked);
    expect(asked.unrefCount).to.equal(1);
  });
});
