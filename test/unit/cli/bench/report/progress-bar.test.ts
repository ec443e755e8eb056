import { WriteStream } from 'node:tty';
import { expect } from 'chai';
import { beginProgress } from 'paxkv/internal/bench/report/progress-bar';

/** Keeps what is written to it; a terminal only in name. */
function fakeStream(isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream: NodeJS.WriteStream = Object.create(WriteStream.prototype, {
    isTTY: { value: isTTY },
    columns: { value: 80 },
    write: { value: (text: string) => written.push(text) > 0 },
    cursorTo: { value: () => true },
    clearLine: { value: () => true },
    moveCursor: { value: () => true },
  });
  return { stream, written };
}

describe('the progress of a benchmark', () => {
  it('is a bar in a terminal', () => {
    const { stream, written } = fakeStream(true);
    const bar = beginProgress(stream);
    bar.update('measuring', 0.5);
    bar.end();
    expect(written.join('')).to.contain('connecting');
  });

  it('is nothing at all elsewhere', () => {
    const { stream, written } = fakeStream(false);
    const bar = beginProgress(stream);
    bar.update('measuring', 0.5);
    bar.end();
    expect(written).to.deep.equal([]);
  });
});
