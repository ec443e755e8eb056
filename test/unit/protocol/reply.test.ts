import {
  answerFromRow,
  errorToRow,
  isRefusal,
  KvError,
  refusalToError,
  replyToRow,
  writeReplyFromRow,
} from '@paxkv/protocol';
import { expect } from 'chai';

describe('Replies', () => {
  it('have the rows that sessions on disks hold', () => {
    expect(replyToRow({ type: 'put', revision: 4 })).to.deep.equal([1, 4]);
    expect(replyToRow({ type: 'append', revision: 4, length: 5 })).to.deep.equal([2, 4, 5]);
    expect(replyToRow({ type: 'delete', revision: 4, deleted: true })).to.deep.equal([3, 4, true]);
    expect(replyToRow({ type: 'refused', reason: 'tooLarge' })).to.deep.equal([5, 'tooLarge']);
    expect(replyToRow({ type: 'get', entry: undefined })).to.deep.equal([0]);
    expect(replyToRow({ type: 'openSession', session: 9 })).to.deep.equal([4, 9]);
  });

  it('that are refusals keep their reason', () => {
    const refused = { type: 'refused', reason: 'tooLarge' } as const;
    expect(writeReplyFromRow(replyToRow(refused))).to.deep.equal(refused);
    for (const reason of ['toString', 'tooSmall', 7]) {
      expect(() => writeReplyFromRow([5, reason])).to.throw(TypeError);
    }
    expect(() => answerFromRow(replyToRow(refused))).to.throw(TypeError);
  });

  it('that are errors keep their code, outcome and message', () => {
    const error = new KvError('KV_TIMEOUT', 'late', { outcome: 'not done' });
    const row = errorToRow(error);
    expect(row).to.deep.equal([-1, 'KV_TIMEOUT', 'not done', 'late']);
    expect(answerFromRow(row)).to.deep.equal({
      type: 'error',
      code: 'KV_TIMEOUT',
      outcome: 'not done',
      message: 'late',
    });
  });

  it('that are errors say how long the server wants to be left alone, if it does', () => {
    const row = errorToRow(new KvError('KV_OVERLOADED', 'full', { retryAfterMs: 250 }));
    expect(row).to.deep.equal([-1, 'KV_OVERLOADED', 'not done', 'full', 250]);
    expect(answerFromRow(row)).to.include({ code: 'KV_OVERLOADED', retryAfterMs: 250 });
    expect(answerFromRow([...row, 'of a newer server'])).to.deep.equal(answerFromRow(row));
    for (const wrong of [-1, 'soon', null]) {
      expect(() => answerFromRow(row.with(4, wrong))).to.throw(TypeError);
    }
  });

  it('that are errors are refused without a code, an outcome or a message', () => {
    const row = [-1, 'KV_TIMEOUT', 'unknown', 'late'];
    for (const [index, wrong] of [
      [1, 7],
      [2, 'perhaps'],
      [3, undefined],
    ] as const) {
      expect(() => answerFromRow(row.with(index, wrong as string))).to.throw(TypeError);
    }
  });
});

describe('Refusals', () => {
  it('become errors with a code, and say whether anything was done', () => {
    expect(refusalToError('sessionExpired')).to.include({
      code: 'KV_SESSION_EXPIRED',
      outcome: 'unknown',
    });
    expect(refusalToError('tooLarge')).to.include({ code: 'KV_TOO_LARGE', outcome: 'not done' });
    expect(isRefusal('tooLarge')).to.equal(true);
    expect(isRefusal('constructor')).to.equal(false);
  });

  it('leaves unknown whether a request took effect whose reply is gone', () => {
    expect(refusalToError('outsideWindow')).to.include({
      code: 'KV_REPLY_GONE',
      outcome: 'unknown',
    });
  });
});
