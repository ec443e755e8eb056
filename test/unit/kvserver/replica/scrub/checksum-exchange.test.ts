import type { ChecksumMessage } from '@paxkv/kvserver/internal/replica/ports';
import {
  ChecksumExchange,
  type Difference,
} from '@paxkv/kvserver/internal/replica/scrub/checksum-exchange';
import { expect } from 'chai';

/** The exchange of node 0. */
class Subject {
  readonly sent: (ChecksumMessage & { to: number })[] = [];
  readonly differences: Difference[] = [];
  readonly failures: Error[] = [];
  readonly exchange: ChecksumExchange;
  isClosed = false;
  receive: (from: number, message: ChecksumMessage) => void = () => {};

  constructor(peerCount = 3) {
    this.exchange = new ChecksumExchange({
      me: 0,
      peerCount,
      port: {
        open: (receive) => {
          this.receive = receive;
        },
        send: (to, message) => this.sent.push({ ...message, to }),
        close: () => {
          this.isClosed = true;
        },
      },
      onDifference: (difference) => this.differences.push(difference),
      onFailed: (error) => this.failures.push(error),
    });
  }

  write(applied: number, sum = applied): void {
    this.exchange.onWritten({ applied, checksum: { count: 5, sum } });
  }

  hear(from: number, applied: number, sum = applied): void {
    this.receive(from, { type: 'checksum', applied, count: 5, sum });
  }
}

describe('Exchange of checksums', () => {
  it('sends each position written to all others, but none before the first instance', () => {
    const subject = new Subject();
    subject.write(-1);
    subject.write(7);
    const message = { type: 'checksum', applied: 7, count: 5, sum: 7 };
    expect(subject.sent).to.deep.equal([
      { ...message, to: 1 },
      { ...message, to: 2 },
    ]);
  });

  it('finds nothing at the same checksums, nor at different positions', () => {
    const subject = new Subject();
    subject.write(7);
    subject.hear(1, 7);
    subject.hear(2, 8, 1);
    subject.hear(1, 9);
    subject.write(9);
    expect([subject.differences, subject.failures]).to.deep.equal([[], []]);
  });

  for (const isFirst of [true, false]) {
    it(`fails if a quorum has another checksum, whichever is ${isFirst ? 'written' : 'heard'} first`, () => {
      const subject = new Subject();
      if (isFirst) subject.write(7);
      subject.hear(1, 7, 1);
      expect(subject.failures).to.deep.equal([]);
      subject.hear(2, 7, 1);
      if (!isFirst) subject.write(7);
      expect(subject.failures.map((error) => 'code' in error && error.code)).to.include(
        'STATE_DAMAGED',
      );
    });
  }

  it('does not fail if the others differ from each other too, or are no quorum', () => {
    const three = new Subject();
    three.write(7);
    three.hear(1, 7, 1);
    three.hear(2, 7, 2);
    const five = new Subject(5);
    five.write(7);
    five.hear(1, 7, 1);
    five.hear(2, 7, 1);
    expect([three.failures, five.failures]).to.deep.equal([[], []]);
    five.hear(3, 7, 1);
    expect(five.failures).to.have.length(1);
  });

  it('reports another replica that differs, once until it is the same again', () => {
    const subject = new Subject();
    for (const applied of [7, 8]) {
      subject.write(applied);
      subject.hear(2, applied, 1);
      subject.hear(1, applied);
    }
    expect(subject.differences).to.deep.equal([{ applied: 7, peer: 2 }]);
    expect(subject.exchange.differing).to.deep.equal([2]);
    subject.write(9);
    subject.hear(2, 9);
    expect(subject.exchange.differing).to.deep.equal([]);
    subject.write(10);
    subject.hear(2, 10, 1);
    expect(subject.differences).to.have.length(2);
    expect(subject.failures).to.deep.equal([]);
  });

  it('distinguishes numbers of rows', () => {
    const subject = new Subject();
    subject.write(7);
    subject.receive(1, { type: 'checksum', applied: 7, count: 6, sum: 7 });
    expect(subject.differences).to.have.length(1);
  });

  it('remembers the last 64 positions of each replica', () => {
    const subject = new Subject();
    for (let applied = 0; applied < 100; applied += 1) subject.hear(1, applied, 1);
    subject.write(35);
    expect(subject.differences).to.deep.equal([]);
    subject.write(36);
    expect(subject.differences).to.deep.equal([{ applied: 36, peer: 1 }]);
  });

  it('closes its port when it stops', () => {
    const subject = new Subject();
    subject.exchange.stop();
    expect(subject.isClosed).to.equal(true);
  });

  it('fails only if more than half of all replicas have the other state', () => {
    for (const [peerCount, othersCount] of [
      [2, Number.POSITIVE_INFINITY],
      [3, 2],
      [4, 3],
      [5, 3],
      [7, 4],
    ] as const) {
      const subject = new Subject(peerCount);
      subject.write(7);
      for (let peer = 1; peer < peerCount; peer += 1) {
        expect(subject.failures, `${peerCount}`).to.have.length(peer > othersCount ? 1 : 0);
        if (subject.failures.length > 0) break;
        subject.hear(peer, 7, 1);
        expect(subject.failures, `${peerCount}`).to.have.length(peer >= othersCount ? 1 : 0);
      }
    }
  });

  it('takes checksums of the same sum and other numbers of rows for different states', () => {
    const subject = new Subject();
    subject.write(7);
    subject.receive(1, { type: 'checksum', applied: 7, count: 6, sum: 1 });
    subject.receive(2, { type: 'checksum', applied: 7, count: 7, sum: 1 });
    expect(subject.failures).to.deep.equal([]);
    subject.receive(2, { type: 'checksum', applied: 7, count: 6, sum: 1 });
    expect(subject.failures).to.have.length(1);
    expect(subject.exchange.differing).to.deep.equal([1, 2]);
  });

  it('compares positions that it has written, and the first instance too', () => {
    const subject = new Subject();
    subject.write(0);
    subject.hear(2, 0, 9);
    subject.hear(1, 0, 9);
    expect(subject.differences).to.deep.equal([
      { applied: 0, peer: 2 },
      { applied: 0, peer: 1 },
    ]);
    expect(subject.exchange.differing).to.deep.equal([1, 2]);
  });
});
