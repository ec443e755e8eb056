import type { Message } from '@paxkv/client';
import { encodeBatch, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { Verdict } from '../verdict.ts';
import { Deeds } from './deeds.ts';

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

function judged() {
  const verdict = new Verdict(
    () => 0,
    () => {},
  );
  return { verdict, deeds: new Deeds(verdict) };
}

describe('Deeds', () => {
  it('follow a request from its client to its acknowledgement, and count its repetition', () => {
    const { verdict, deeds } = judged();
    deeds.onAsked(0, 1, append);
    deeds.onDecided(0, batch);
    deeds.onDecided(1, noop);
    deeds.onDecided(2, batch);
    deeds.onAnswered(1, append, { status: 200, body: {} });
    expect(verdict.failure).to.equal(undefined);
    expect(deeds.wasDecided('[0.1]')).to.equal(true);
    expect(deeds.repeatCount).to.equal(1);
  });

  it('object to a decision that nobody asked for', () => {
    const { verdict, deeds } = judged();
    deeds.onDecided(0, batch);
    expect(verdict.failure?.invariant).to.equal('only what a client asked for is decided');
  });

  it('object to an acknowledgement before the decision', () => {
    const { verdict, deeds } = judged();
    deeds.onAsked(0, 1, append);
    deeds.onAnswered(1, append, { status: 200, body: {} });
    expect(verdict.failure?.invariant).to.equal('only what a quorum voted for is acknowledged');
  });

  it('take no error for an acknowledgement', () => {
    const { verdict, deeds } = judged();
    deeds.onAnswered(1, append, { status: 503, body: {} });
    expect(verdict.failure).to.equal(undefined);
  });
});
