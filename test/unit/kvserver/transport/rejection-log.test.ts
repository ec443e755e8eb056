import {
  RejectionLog,
  rejectionIntervalMsMin,
} from '@paxkv/kvserver/internal/transport/rejection-log';
import { expect } from 'chai';
import { keepingLog } from './fixtures.ts';

describe('RejectionLog', () => {
  function make() {
    const { logger, lines } = keepingLog();
    const time = { nowMs: 0 };
    const rejections = new RejectionLog(logger, () => time.nowMs);
    const warned = () => lines.filter(({ level }) => level === 40).map(({ reason }) => reason);
    const later = () => {
      time.nowMs += rejectionIntervalMsMin;
    };
    return { rejections, warned, lines, later };
  }

  it('warns of a change once, and logs repetitions at debug level', () => {
    const { rejections, warned, lines, later } = make();
    for (let count = 0; count < 3; count += 1) {
      rejections.reject('wrong cluster', 1);
      later();
    }
    expect(warned()).to.deep.equal(['wrong cluster']);
    expect(lines).to.have.lengthOf(3);
  });

  it('warns again of another reason, of another server, and after a reset', () => {
    const { rejections, warned, later } = make();
    rejections.reject('a', 1);
    later();
    rejections.reject('b', 1);
    later();
    rejections.reject('b', 2);
    later();
    rejections.accept(1);
    rejections.reject('b', 1);
    expect(warned()).to.deep.equal(['a', 'b', 'b', 'b']);
  });

  it('never warns more than once a second, whatever unauthenticated connections do', () => {
    const { rejections, warned, later } = make();
    for (let count = 0; count < 100; count += 1) rejections.reject(`reason ${count}`);
    expect(warned()).to.deep.equal(['reason 0']);
    later();
    rejections.reject('reason 100');
    expect(warned()).to.deep.equal(['reason 0', 'reason 100']);
  });
});
