import { refusalLog } from '@paxkv/kvserver/internal/health/refusal-log';
import { expect } from 'chai';

describe('refusalLog', () => {
  it('writes a few lines a minute for each node, and counts the others', () => {
    const lines: unknown[] = [];
    let nowMs = 0;
    const refused = refusalLog({ warn: (fields: unknown) => void lines.push(fields) }, () => nowMs);
    for (let count = 0; count < 100; count += 1) refused(1, 'a round out of reach');
    refused(2, 'a write out of reach');
    expect(lines).to.have.length(4);
    nowMs += 60_000;
    refused(1, 'a round out of reach');
    expect(lines.at(-1)).to.deep.equal({ node: 1, reason: 'a round out of reach', omitted: 97 });
  });
});
