import {
  RejectionLog,
  rejectionIntervalMsMin,
} from '@paxkv/kvserver/internal/transport/rejection-log';
import { expect } from 'chai';
import { keepingLog } from './fixtures.ts';

describe('ComplaintLog', () => {
  function make() {
    const { logger, lines } = keepingLog();
    const time = { nowMs: 0 };
    const complaints = new RejectionLog(logger, () => time.nowMs);
    const warned = () => lines.filter(({ level }) => level === 40).map(({ reason }) => reason);
    const later = () => {
      time.nowMs += rejectionIntervalMsMin;
    };
    return { complaints, warned, lines, later };
  }

  it('warns of a change once, and whispers every repetition', () => {
    const { complaints, warned, lines, later } = make();
    for (let count = 0; count < 3; count += 1) {
      complaints.reject('wrong cluster', 1);
      later();
    }
    expect(warned()).to.deep.equal(['wrong cluster']);
    expect(lines).to.have.lengthOf(3);
  });

  it('warns again of another reason, of another server, and after forgiving', () => {
    const { complaints, warned, later } = make();
    complaints.reject('a', 1);
    later();
    complaints.reject('b', 1);
    later();
    complaints.reject('b', 2);
    later();
    complaints.accept(1);
    complaints.reject('b', 1);
    expect(warned()).to.deep.equal(['a', 'b', 'b', 'b']);
  });

  it('never warns more than once a second, whatever strangers do', () => {
    const { complaints, warned, later } = make();
    for (let count = 0; count < 100; count += 1) complaints.reject(`reason ${count}`);
    expect(warned()).to.deep.equal(['reason 0']);
    later();
    complaints.reject('reason 100');
    expect(warned()).to.deep.equal(['reason 0', 'reason 100']);
  });
});
