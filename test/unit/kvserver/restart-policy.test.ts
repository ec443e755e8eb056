import { RestartPolicy } from '@paxkv/kvserver/internal/restart-policy';
import { thisVersion, unsupportedLevel } from '@paxkv/kvserver/internal/state-machine/features';
import {
  StateError,
  UnappliableError,
  UnreadableValueError,
} from '@paxkv/kvserver/internal/state-machine/state-error';
import { DiskError } from '@paxkv/kvserver/internal/storage/index';
import { PaxosError } from '@paxkv/paxos';
import { expect } from 'chai';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something`), { code });
}

/** The core's wrapper around an error of the journal. */
function failedWrite(cause: Error): PaxosError {
  const failed = new DiskError('DISK_FAILED', 'Writing record 7 failed.', cause);
  return new PaxosError('PAXOS_STORAGE_FAILED', 'a write failed', failed);
}

/** An error of applying one instance. */
function unapplied(instance: number): UnappliableError {
  return new UnappliableError('STATE_MALFORMED', instance, 'It fails.', new TypeError('a defect'));
}

const noSpace = new Error('IO error: /data/journal/000005.log: No space left on device');

describe('RestartPolicy', () => {
  it('quarantines damaged data, however deep its error is nested', () => {
    const parts = [
      [new DiskError('DISK_JOURNAL_DAMAGED', ''), 'journal'],
      [
        new PaxosError('PAXOS_STORAGE_FAILED', '', new DiskError('DISK_JOURNAL_DAMAGED', '')),
        'journal',
      ],
      [new DiskError('DISK_STATE_DAMAGED', ''), 'state'],
      [new StateError('STATE_DAMAGED', ''), 'state'],
      [new DiskError('DISK_IDENTITY_DAMAGED', ''), 'identity'],
    ] as const;
    for (const [error, part] of parts) {
      const action = new RestartPolicy().actionFor(error, 0);
      expect(action, error.message).to.deep.equal({ type: 'quarantine', part, othersWith: -1 });
    }
  });

  it('asks nobody where nothing is left to lose, or where another node has seen the loss', () => {
    const errors = [new DiskError('DISK_AMNESIA', ''), new PaxosError('PAXOS_MEMORY_LOST', '')];
    for (const error of errors) {
      const action = new RestartPolicy().actionFor(error, 0);
      expect(action).to.deep.equal({ type: 'quarantine', part: 'journal' });
    }
  });

  it('quarantines a journal with an unreadable value once others have that instance', () => {
    const format = new StateError('STATE_UNKNOWN_FORMAT', 'A decided value has format 255.');
    const unreadable = new UnreadableValueError(17, Uint8Array.of(0xff), format);
    const error = new PaxosError('PAXOS_STORAGE_FAILED', 'it failed to load', unreadable);
    const action = new RestartPolicy().actionFor(error, 0);
    expect(action).to.deep.equal({ type: 'quarantine', part: 'journal', othersWith: 17 });
  });

  describe('of an instance that cannot be applied', () => {
    const error = unapplied(17);
    const watched = (waitMsMax: number, othersWith = 17) => ({
      ...{ type: 'quarantine', part: 'state', othersWith, waitMsMax },
    });

    it('tries again at first, then replaces the state if others have applied it', () => {
      const policy = new RestartPolicy();
      expect(policy.actionFor(error, 0)).to.deep.equal({ type: 'reopen', delayMs: 50 });
      expect(policy.actionFor(error, 1)).to.deep.equal(watched(5000));
    });

    it('never gives up while no other has applied it, and keeps the state', () => {
      const policy = new RestartPolicy();
      const actions = Array.from({ length: 40 }, (_, count) => policy.actionFor(error, count));
      expect(actions.slice(1, 4)).to.deep.equal([5000, 10_000, 20_000].map((ms) => watched(ms)));
      expect(actions.at(-1)).to.deep.equal(watched(60_000));
    });

    it('replaces the state once for each: if that does not help, it is the program', () => {
      const policy = new RestartPolicy();
      policy.actionFor(error, 0);
      policy.onQuarantined({ type: 'quarantine', part: 'state', othersWith: 17 });
      const delays = Array.from({ length: 40 }, (_, count) => {
        const action = policy.actionFor(error, count);
        return action.type === 'reopen' ? action.delayMs : action.type;
      });
      expect(delays.slice(0, 2)).to.deep.equal([100, 200]);
      expect(delays.at(-1)).to.equal(60_000);
      expect(policy.actionFor(unapplied(18), 41)).to.deep.equal(watched(60_000, 18));
    });
  });

  it('never gives up after a defect of the program, keeps all data, and tries less and less often', () => {
    for (const defect of [
      new TypeError('undefined is not a function'),
      Object.assign(new Error('one run is applied at a time'), { code: 'ERR_ASSERTION' }),
      'not even an error',
    ]) {
      const policy = new RestartPolicy();
      const delays = Array.from({ length: 40 }, (_, count) => {
        const action = policy.actionFor(defect, count);
        return action.type === 'reopen' ? action.delayMs : action.type;
      });
      expect(delays.slice(0, 3)).to.deep.equal([50, 100, 200]);
      expect(delays.at(-1)).to.equal(60_000);
    }
  });

  it('reopens after a failed write, each time after a longer delay', () => {
    const policy = new RestartPolicy();
    const delays = [0, 1, 2, 3, 4, 5].map((nowMs) => {
      const action = policy.actionFor(failedWrite(new Error('who knows')), nowMs);
      return action.type === 'reopen' ? action.delayMs : action.type;
    });
    expect(delays).to.deep.equal([50, 100, 200, 400, 800, 1000]);
  });

  it('gives up at a level that the version does not support: its data is not damaged', () => {
    const action = new RestartPolicy().actionFor(unsupportedLevel(2, thisVersion), 0);
    expect(action).to.deep.equal({ type: 'giveUp' });
  });

  it('gives up if a fault does not pass', () => {
    const policy = new RestartPolicy();
    const actions = Array.from({ length: 11 }, (_, nowMs) =>
      policy.actionFor(failedWrite(systemError('EIO')), nowMs),
    );
    expect(actions.map(({ type }) => type)).to.deep.equal([
      ...new Array(10).fill('reopen'),
      'giveUp',
    ]);
  });

  it('gives up on data that is damaged repeatedly', () => {
    const policy = new RestartPolicy();
    const error = new StateError('STATE_DAMAGED', '');
    for (let nowMs = 0; nowMs < 10; nowMs += 1) policy.actionFor(error, nowMs);
    expect(policy.actionFor(error, 10)).to.deep.equal({ type: 'giveUp' });
  });

  it('waits out a shortage of space, files, memory or threads, trying at least once a second', () => {
    for (const error of [
      failedWrite(noSpace),
      noSpace,
      systemError('ENOSPC'),
      systemError('EDQUOT'),
      ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'].flatMap((code) => [
        failedWrite(systemError(code)),
        new DiskError('DISK_UNUSABLE', 'cannot open', systemError(code)),
        new StateError('STATE_FAILED', 'no read', systemError(code)),
      ]),
    ]) {
      const policy = new RestartPolicy();
      for (let nowMs = 0; nowMs < 1000; nowMs += 1) {
        const action = policy.actionFor(error, nowMs);
        expect(action.type === 'reopen' && action.delayMs).to.be.within(50, 1000);
      }
    }
  });

  it('treats a fault a minute after the last one as a new one', () => {
    const policy = new RestartPolicy();
    const error = failedWrite(systemError('EIO'));
    for (let nowMs = 0; nowMs < 10; nowMs += 1) policy.actionFor(error, nowMs);
    expect(policy.actionFor(error, 70_000)).to.deep.equal({ type: 'reopen', delayMs: 50 });
  });

  it('gives up immediately on faults that a retry cannot fix', () => {
    const permanent = [
      new DiskError('DISK_WRONG_NODE', ''),
      new DiskError('DISK_WRONG_CLUSTER', ''),
      new DiskError('DISK_NEWER_FORMAT', ''),
      new DiskError('DISK_IN_USE', ''),
      new DiskError('DISK_IN_USE', '', systemError('EAGAIN')),
      new DiskError('DISK_UNUSABLE', '', systemError('EACCES')),
    ];
    for (const error of permanent) {
      expect(new RestartPolicy().actionFor(error, 0), String(error)).to.deep.equal({
        type: 'giveUp',
      });
    }
  });
});
