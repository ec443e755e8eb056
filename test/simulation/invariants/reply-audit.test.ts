import type { Message } from '@paxkv/client';
import { encodeBatch, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { Verdict } from '../verdict.ts';
import { ReplyAudit } from './reply-audit.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const base64 = (text: string) => Buffer.from(text).toString('base64');

const stamp = { session: 1, number: 2, firstOutstanding: 1 };
const append: Message = {
  path: paths.append,
  body: {
    key: base64('list'),
    value: base64('[0.1]'),
    session: { id: 1, number: 2, firstOutstanding: 1 },
  },
};
const batch = encodeBatch({
  origin: { node: 0, runId: 1, number: 1 },
  requests: [{ command: { type: 'append', key: bytes('list'), value: bytes('[0.1]') }, stamp }],
});

function openAudit() {
  const verdict = new Verdict(
    () => 0,
    () => {},
  );
  return { verdict, audit: new ReplyAudit(verdict) };
}

describe('ReplyAudit', () => {
  it('follows a request from its client to its acknowledgement, and counts its repetition', () => {
    const { verdict, audit } = openAudit();
    audit.onAsked(0, 1, append);
    audit.onDecided(0, batch);
    audit.onDecided(1, noop);
    audit.onDecided(2, batch);
    audit.onAnswered(1, append, { status: 200, body: {} });
    expect(verdict.failure).to.equal(undefined);
    expect(audit.wasDecided('[0.1]')).to.equal(true);
    expect(audit.repeatCount).to.equal(1);
  });

  it('objects to a decision that no client requested', () => {
    const { verdict, audit } = openAudit();
    audit.onDecided(0, batch);
    expect(verdict.failure?.invariant).to.equal('only what a client requested is decided');
  });

  it('objects to an acknowledgement before the decision', () => {
    const { verdict, audit } = openAudit();
    audit.onAsked(0, 1, append);
    audit.onAnswered(1, append, { status: 200, body: {} });
    expect(verdict.failure?.invariant).to.equal('only what a quorum voted for is acknowledged');
  });

  it('counts no value as decided whose request was refused at its place, for its session', () => {
    for (const code of ['KV_SESSION_EXPIRED', 'KV_UNAVAILABLE']) {
      const { audit } = openAudit();
      audit.onAsked(0, 1, append);
      audit.onDecided(0, batch);
      audit.onAnswered(1, append, { status: 410, body: { error: { code, outcome: 'unknown' } } });
      expect(audit.wasDecided('[0.1]'), code).to.equal(code === 'KV_UNAVAILABLE');
    }
  });

  it('takes no error for an acknowledgement', () => {
    const { verdict, audit } = openAudit();
    audit.onAnswered(1, append, { status: 503, body: {} });
    expect(verdict.failure).to.equal(undefined);
  });
});
