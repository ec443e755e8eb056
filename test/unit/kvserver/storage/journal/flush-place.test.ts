import { FlushPlace, flushPlaceLimits } from '@paxkv/kvserver/internal/storage/journal/flush-place';
import { expect } from 'chai';

const { sampleCount, calmSampleCount, bytesMax } = flushPlaceLimits;

describe('Where a flush waits', () => {
  function flush(place: FlushPlace, tookMs: number, sampleTimes = 1): void {
    for (let count = 0; count < sampleCount * sampleTimes; count += 1) place.add(350, tookMs);
  }

  it('is the pool at first, and the calling thread once flushes were seen to be fast', () => {
    const place = new FlushPlace();
    expect(place.threadFor(350)).to.equal('pool');
    flush(place, 0.2);
    expect(place.threadFor(350)).to.equal('calling');
  });

  it('stays in the pool on a slow disk', () => {
    const place = new FlushPlace();
    flush(place, 4, 20);
    expect(place.threadFor(350)).to.equal('pool');
  });

  it('is the calling thread where a busy event loop makes most flushes look slow', () => {
    const place = new FlushPlace();
    for (let count = 0; count < sampleCount; count += 1) place.add(350, count % 3 === 0 ? 0.3 : 3);
    expect(place.threadFor(350)).to.equal('calling');
  });

  it('goes back to the pool when flushes become slow, and stays there until they are fast for long', () => {
    const place = new FlushPlace();
    flush(place, 0.2);
    flush(place, 2);
    expect(place.threadFor(350)).to.equal('pool');
    flush(place, 0.2, calmSampleCount - 1);
    expect(place.threadFor(350)).to.equal('pool');
    flush(place, 0.2);
    expect(place.threadFor(350)).to.equal('calling');
  });

  it('is not changed by flushes between fast and slow', () => {
    const place = new FlushPlace();
    flush(place, 0.8, 3);
    expect(place.threadFor(350)).to.equal('pool');
    flush(place, 0.2, calmSampleCount);
    flush(place, 0.8, 3);
    expect(place.threadFor(350)).to.equal('calling');
  });

  it('goes to the pool at once when a single flush stalls', () => {
    const place = new FlushPlace();
    flush(place, 0.2);
    place.add(350, 50);
    expect(place.threadFor(350)).to.equal('pool');
    flush(place, 0.2);
    expect(place.threadFor(350)).to.equal('pool');
  });

  it('takes no stall in the pool for one of the disk: the event loop may have been busy', () => {
    const place = new FlushPlace();
    place.add(350, 50);
    flush(place, 0.2);
    expect(place.threadFor(350)).to.equal('calling');
  });

  it('is the pool for a large write, which is not judged by', () => {
    const place = new FlushPlace();
    flush(place, 0.2);
    expect(place.threadFor(bytesMax + 1)).to.equal('pool');
    place.add(bytesMax + 1, 100);
    expect(place.threadFor(350)).to.equal('calling');
  });
});
