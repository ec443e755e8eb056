import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { expect } from 'chai';

describe('RequestTiming', () => {
  it('names an HTTP request as its reply does, and one of a stream by its number too', () => {
    const http = new RequestTiming('put', { transport: 'http', id: 'abc-1' });
    const stream = new RequestTiming('put', { transport: 'stream', id: 'abc-2', number: 17 });
    expect([http.id, stream.id]).to.deep.equal(['abc-1', 'abc-2-17']);
  });

  it('has no result and no duration while the request is pending', () => {
    const timing = new RequestTiming('get', { transport: 'http', id: 'a' });
    expect(timing).to.include({ result: undefined, totalMs: 0 });
  });

  it('ends as done unless a code says otherwise', () => {
    const timing = new RequestTiming('get', { transport: 'http', id: 'a' }, 100);
    timing.end(undefined, 130);
    expect(timing.result).to.deep.equal({ outcome: 'done' });
    expect(timing.totalMs).to.equal(30);
    timing.end({ outcome: 'unknown', code: 'KV_TIMEOUT' }, 5100);
    expect(timing.result).to.deep.equal({ outcome: 'unknown', code: 'KV_TIMEOUT' });
  });
});
