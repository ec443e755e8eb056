import { refusalLog } from '@paxkv/kvserver/internal/health/refusal-log';
import { expect } from 'chai';

describe('refusalLog', () => {
  it('counts each message, and writes three lines a minute for each server', () => {
    const lines: object[] = [];
    const counted: number[] = [];
    let nowMs = 0;
    const log = refusalLog({
      logger: { warn: (fields: object) => void lines.push(fields) } as never,
      now: () => nowMs,
      onRefused: (node) => counted.push(node),
    });
    for (let count = 0; count < 5; count += 1) log(1, 'a value that cannot be applied');
    log(2, 'a value that cannot be applied');
    expect(counted).to.deep.equal([1, 1, 1, 1, 1, 2]);
    expect(lines).to.have.length(4);
    nowMs = 60_000;
    log(1, 'again');
    expect(lines.at(-1)).to.deep.equal({ node: 1, reason: 'again', omitted: 2 });
  });
});
