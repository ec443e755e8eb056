import { type CallRecord, findViolation } from '@paxkv/playground/internal/engine/judge/history';
import { expect } from 'chai';

let callCount = 0;

function put(value: string, calledMs: number, answeredMs?: number, key = 'x'): CallRecord {
  callCount += 1;
  const call = { id: callCount, peer: 0, type: 'put', key, value, calledMs } as const;
  return { ...call, answeredMs, result: undefined };
}

function get(result: string | undefined, calledMs: number, answeredMs?: number): CallRecord {
  callCount += 1;
  const call = { id: callCount, peer: 1, type: 'get', key: 'x', calledMs } as const;
  return { ...call, value: undefined, answeredMs, result };
}

describe('findViolation', () => {
  it('finds none where each get tells what was put before it', () => {
    const calls = [
      get(undefined, 0, 1),
      put('1', 2, 3),
      get('1', 4, 5),
      put('2', 6, 7),
      get('2', 8, 9),
    ];
    expect(findViolation(calls)).to.equal(undefined);
  });

  it('finds a get that tells a value that was overwritten before it began', () => {
    expect(findViolation([put('1', 0, 1), put('2', 2, 3), get('1', 4, 5)])).to.equal('x');
  });

  it('finds a later get that goes back behind an earlier one', () => {
    const calls = [put('1', 0, 1), put('2', 2, 20), get('2', 3, 4), get('1', 5, 6)];
    expect(findViolation(calls)).to.equal('x');
  });

  it('lets calls that overlap take effect in any order', () => {
    expect(findViolation([put('1', 0, 10), put('2', 0, 10), get('1', 11, 12)])).to.equal(undefined);
    expect(findViolation([put('1', 0, 10), put('2', 0, 10), get('2', 11, 12)])).to.equal(undefined);
  });

  it('lets a put without an answer take effect late, or never', () => {
    const [first, open] = [put('1', 0, 1), put('2', 2)];
    expect(findViolation([first, open, get('1', 3, 4), get('2', 9, 10)])).to.equal(undefined);
    expect(findViolation([first, open, get('1', 3, 4)])).to.equal(undefined);
    expect(findViolation([first, open, get('2', 3, 4), get('1', 9, 10)])).to.equal('x');
  });

  it('judges each key by itself', () => {
    expect(findViolation([put('1', 0, 1, 'y'), get(undefined, 2, 3)])).to.equal(undefined);
  });
});
