import { QuorumContact } from '@paxkv/kvserver/internal/replica/reads/quorum-contact';
import { expect } from 'chai';

describe('QuorumContact', () => {
  let evidence: QuorumContact;

  beforeEach(() => {
    evidence = new QuorumContact();
  });

  it('knows nothing before the first answer', () => {
    evidence.onAsked(10);
    expect(evidence.contact).to.deep.equal({ answeredMs: undefined, currentMs: undefined });
  });

  it('dates an answer by its question: the quorum may have fallen apart since', () => {
    evidence.onAsked(10);
    evidence.onAnswered(5, 5);
    expect(evidence.contact).to.deep.equal({ answeredMs: 10, currentMs: 10 });
  });

  it('dates the answer to a question that replaced another by the later one', () => {
    evidence.onAsked(10);
    evidence.onAsked(20);
    evidence.onAnswered(5, 5);
    expect(evidence.contact.answeredMs).to.equal(20);
  });

  it('calls the state current only once it has reached the answer', () => {
    evidence.onAsked(10);
    evidence.onAnswered(7, 5);
    expect(evidence.contact).to.deep.equal({ answeredMs: 10, currentMs: undefined });
    evidence.onApplied(6);
    expect(evidence.contact.currentMs).to.equal(undefined);
    evidence.onApplied(7);
    expect(evidence.contact.currentMs).to.equal(10);
  });

  it('measures a state that never reaches the newest answer by an older one', () => {
    evidence.onAsked(10);
    evidence.onAnswered(7, 5);
    evidence.onAsked(20);
    evidence.onAnswered(90, 6);
    evidence.onApplied(7);
    expect(evidence.contact).to.deep.equal({ answeredMs: 20, currentMs: 10 });
    evidence.onAsked(30);
    evidence.onAnswered(120, 80);
    evidence.onApplied(100);
    expect(evidence.contact.currentMs).to.equal(10);
    evidence.onApplied(120);
    expect(evidence.contact.currentMs).to.equal(30);
  });

  it('knows whether a question waits for its answer, unless it is too old', () => {
    expect(evidence.isAsking(0)).to.equal(false);
    evidence.onAsked(10);
    expect(evidence.isAsking(9)).to.equal(true);
    expect(evidence.isAsking(10)).to.equal(false);
    evidence.onAnswered(5, 5);
    expect(evidence.isAsking(9)).to.equal(false);
  });

  it('learns nothing from an answer that nobody asked for', () => {
    evidence.onAnswered(5, 9);
    expect(evidence.contact).to.deep.equal({ answeredMs: undefined, currentMs: undefined });
    evidence.onAsked(10);
    evidence.onAnswered(5, 5);
    evidence.onAnswered(7, 9);
    expect(evidence.contact).to.deep.equal({ answeredMs: 10, currentMs: 10 });
  });

  it('takes an answer that the state has reached, though an older one is far above it', () => {
    evidence.onAsked(10);
    evidence.onAnswered(90, 5);
    for (const [askedMs, readIndex, applied] of [
      [20, 7, 7],
      [30, 7, 8],
    ] as const) {
      evidence.onAsked(askedMs);
      evidence.onAnswered(readIndex, applied);
      expect(evidence.contact).to.deep.equal({ answeredMs: askedMs, currentMs: askedMs });
    }
  });
});
