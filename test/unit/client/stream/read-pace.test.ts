import { ReadPace } from '@paxkv/client/internal/stream/read-pace';
import { expect } from 'chai';

describe('ReadPace', () => {
  function send(pace: ReadPace): number {
    let count = 0;
    for (; pace.hasRoom && count < 10_000; count += 1) pace.onSent();
    return count;
  }

  it('lets a few gets pass before it knows any size', () => {
    expect(send(new ReadPace())).to.equal(64);
  });

  it('lets as many pass as their replies are small', () => {
    const pace = new ReadPace();
    pace.onValue(1024);
    expect(send(pace)).to.equal(8192);
    const large = new ReadPace();
    large.onValue(2 ** 20);
    expect(send(large)).to.equal(8);
    large.onEnded();
    expect(send(large)).to.equal(1);
  });

  it('always lets one pass, and follows the sizes of later replies', () => {
    const pace = new ReadPace();
    pace.onValue(2 ** 30);
    expect(send(pace)).to.equal(1);
    pace.onEnded();
    for (let count = 0; count < 200; count += 1) pace.onValue(1);
    expect(send(pace)).to.equal(10_000);
  });
});
