import { expect } from 'chai';
import { runUnderLock } from 'paxkv/internal/locked-program';

const program = (text: string) => [process.execPath, '-e', text];
const forever = 'setInterval(() => {}, 1000)';
const never = new AbortController().signal;

describe('A program that runs under a lock', () => {
  it('is ended when the lock is lost', async () => {
    const lost = new AbortController();
    const running = runUnderLock({ fence: 1, signal: lost.signal }, program(forever), never);
    lost.abort();
    expect(await running).to.equal(128 + 15);
  });

  it('is ended when the command is to end', async () => {
    const stop = AbortSignal.timeout(100);
    const running = runUnderLock({ fence: 1, signal: never }, program(forever), stop);
    expect(await running).to.equal(128 + 15);
  });

  it('is killed if it does not end by itself then', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); ${forever}`;
    const lost = AbortSignal.timeout(500);
    const running = runUnderLock({ fence: 1, signal: lost }, program(stubborn), never);
    expect(await running).to.equal(128 + 9);
  });
});
