import { SlowRequests } from '@paxkv/kvserver/internal/health/slow-requests';
import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { expect } from 'chai';

describe('SlowRequests', () => {
  let lines: { fields: object; message: string }[];
  let slow: SlowRequests;

  beforeEach(() => {
    lines = [];
    slow = slowAt(100);
  });

  function slowAt(slowMs: number): SlowRequests {
    const warn = (fields: object, message: string) => void lines.push({ fields, message });
    return new SlowRequests({ logger: { warn } as never, slowMs });
  }

  function timingOf(tookMs: number): RequestTiming {
    const origin = { transport: 'stream', id: 'c-1', number: 7 } as const;
    const timing = new RequestTiming('put', origin, 1000);
    timing.end(undefined, 1000 + tookMs);
    return timing;
  }

  it('logs where the time of a request went', () => {
    const timing = timingOf(95);
    timing.proposed = { atMs: 1010, flushedMs: 500 };
    timing.decided = { atMs: 1080, flushedMs: 540 };
    slow.onSent(timing, 1120);
    expect(lines).to.deep.equal([
      {
        message: 'slow request',
        fields: {
          ...{ requestId: 'c-1-7', command: 'put', transport: 'stream', outcome: 'done' },
          ...{ totalMs: 120, queueMs: 10, consensusMs: 70, flushMs: 40, applyMs: 15, replyMs: 25 },
        },
      },
    ]);
    expect(slow.count).to.equal(1);
  });

  it('counts all time as that of the queue for a request that was never proposed', () => {
    const timing = timingOf(0);
    timing.end({ outcome: 'not done', code: 'KV_TIMEOUT' }, 6000);
    slow.onSent(timing, 6000);
    expect(lines[0]?.fields).to.include({ code: 'KV_TIMEOUT', queueMs: 5000, consensusMs: 0 });
  });

  it('counts the rest as consensus for one that was proposed and never decided', () => {
    const timing = timingOf(5000);
    timing.proposed = { atMs: 1001, flushedMs: 0 };
    slow.onSent(timing, 6000);
    expect(lines[0]?.fields).to.include({ consensusMs: 4999, applyMs: 0 });
    expect(lines[0]?.fields).not.to.have.property('flushMs');
  });

  it('logs nothing of a fast request, and counts nothing', () => {
    slow.onSent(timingOf(50), 1099);
    expect(slow.isSlow(timingOf(99))).to.equal(false);
    expect(slow.isSlow(timingOf(100))).to.equal(true);
    expect([lines.length, slow.count]).to.deep.equal([0, 0]);
  });

  it('logs nothing if it is off', () => {
    slow = slowAt(0);
    expect(slow.isSlow(timingOf(1e6))).to.equal(false);
    slow.onSent(timingOf(1e6), 2e6);
    expect([lines.length, slow.count]).to.deep.equal([0, 0]);
  });

  it('writes ten lines a minute at most, counts all, and says how many it left out', () => {
    for (let count = 0; count < 25; count += 1) slow.onSent(timingOf(200), 2000 + count);
    expect([lines.length, slow.count]).to.deep.equal([10, 25]);
    slow.onSent(timingOf(200), 70_000);
    expect(lines.at(-1)?.fields).to.include({ omitted: 15 });
  });
});
