import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { PendingRequest } from '@paxkv/kvserver/internal/replica/requests/pending-request';
import type { Command } from '@paxkv/protocol';
import { expect } from 'chai';
import { get, put } from '../../state-machine/fixtures.ts';

/** How the wait for a request ends: what its client is told. */
const ends: Readonly<Record<string, (pending: PendingRequest, abort: () => void) => void>> = {
  'at its deadline': (pending) => pending.expire(1000),
  'with its replica': (pending) => pending.interrupt('This server stopped.'),
  'by its caller': (_, abort) => abort(),
};

async function outcomeOf(
  command: Command,
  isProposed: boolean,
  end: (pending: PendingRequest, abort: () => void) => void,
): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const pending = new PendingRequest(
    { command },
    { deadlineMs: 1000, signal, onSettled: () => {} },
  );
  const error = pending.reply.catch((thrown: unknown) => thrown);
  if (isProposed) pending.markProposed({ atMs: 0, flushedMs: 0 });
  end(pending, () => controller.abort());
  return error;
}

describe('PendingRequest', () => {
  for (const [how, end] of Object.entries(ends)) {
    it(`that ends ${how} is not done before it is proposed, and unknown afterwards`, async () => {
      expect(await outcomeOf(put('k', 'v'), false, end)).to.include({ outcome: 'not done' });
      expect(await outcomeOf(put('k', 'v'), true, end)).to.include({ outcome: 'unknown' });
    });

    it(`that ends ${how} is not done if it is a read, also one in the log`, async () => {
      expect(await outcomeOf(get('k'), false, end)).to.include({ outcome: 'not done' });
      expect(await outcomeOf(get('k'), true, end)).to.include({ outcome: 'not done' });
    });
  }

  it('notes when it was proposed and decided, in the timing that its front end gave it', () => {
    const timing = new RequestTiming('put', { transport: 'http', id: 'a' });
    const options = { deadlineMs: 1000, signal: undefined, timing, onSettled: () => {} };
    const pending = new PendingRequest({ command: put('k', 'v') }, options);
    const [proposed, again, decided] = [1, 2, 3].map((atMs) => ({ atMs, flushedMs: atMs / 2 }));
    if (proposed === undefined || again === undefined) return expect.fail();
    pending.markProposed(proposed);
    expect(timing).to.include({ proposed, decided: undefined });
    pending.markProposed(again);
    pending.resolve({ type: 'put', revision: 1 }, decided);
    expect(timing).to.include({ proposed: again, decided });
  });

  it('says what a read waited for', async () => {
    const error = await outcomeOf(get('k'), false, (pending) => pending.expire(1000));
    expect(error).to.have.property('message', 'No majority has confirmed the read within 1000 ms.');
  });
});
