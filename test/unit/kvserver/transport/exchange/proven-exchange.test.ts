import type { Secrets } from '@paxkv/kvserver/internal/config/cluster-secret';
import { pack } from '@paxkv/kvserver/internal/transport/codec';
import {
  ProvenDialer,
  ProvenListener,
} from '@paxkv/kvserver/internal/transport/exchange/proven-exchange';
import { formats } from '@paxkv/kvserver/internal/transport/handshake';
import { expect } from 'chai';
import { hello, learn } from '../fixtures.ts';

const none = new Uint8Array();
const welcome = { type: 'welcome', formatVersion: formats.max } as const;
const [one, two]: Secrets[] = [[Buffer.from('secret one')], [Buffer.from('secret two')]];

interface Ends {
  readonly dialer: ProvenDialer;
  readonly listener: ProvenListener;
}

function ends(
  dialers: Secrets = one as Secrets,
  listeners = dialers,
  bindings = [none, none],
): Ends {
  return {
    dialer: new ProvenDialer(hello(), dialers, bindings[0] ?? none),
    listener: new ProvenListener(listeners, bindings[1] ?? none),
  };
}

/** The proof with which the dialer answers the challenge of the listener. */
function proofIn({ dialer, listener }: Ends): Uint8Array {
  const challenge = listener.onFrame(dialer.begin());
  if (challenge.type !== 'send') return expect.fail('no challenge');
  const proof = dialer.onFrame(challenge.frame);
  return proof.type === 'send' ? proof.frame : expect.fail('no proof');
}

/** What the dialer makes of the answer, or what stops the handshake. */
function outcome(pair: Ends, answer: Parameters<ProvenListener['answer']>[0] = welcome): unknown {
  const step = pair.listener.onFrame(proofIn(pair));
  return step.type === 'identified' ? pair.dialer.onFrame(pair.listener.answer(answer)) : step;
}

const wrongProof = {
  type: 'failed',
  reason: 'wrong proof: this server has another cluster secret',
};

describe('the handshake with proofs', () => {
  it('ends with a hello that is proven, and an answer that is', () => {
    const pair = ends();
    const step = pair.listener.onFrame(proofIn(pair));
    expect(step).to.deep.equal({ type: 'identified', hello: hello() });
    const answered = pair.dialer.onFrame(pair.listener.answer(welcome));
    expect(answered).to.deep.equal({ type: 'answered', answer: welcome, isProven: true });
  });

  it('proves a refusal too', () => {
    const refusal = { type: 'refusal', reason: 'no', level: 3 } as const;
    expect(outcome(ends(), refusal)).to.deep.equal({
      ...{ type: 'answered', answer: refusal, isProven: true },
    });
  });

  it('fails between servers with different secrets', () => {
    expect(outcome(ends(one, two))).to.deep.equal(wrongProof);
  });

  it('works at each step from one secret to another, on servers that are a step apart', () => {
    const [a, b] = [Buffer.from('secret a'), Buffer.from('secret b')];
    const steps: Secrets[] = [[a], [a, b], [b, a], [b]];
    for (const [index, step] of steps.entries()) {
      for (const near of steps.slice(Math.max(0, index - 1), index + 2)) {
        expect(outcome(ends(step, near))).to.include({ type: 'answered', isProven: true });
      }
    }
    expect(outcome(ends(steps[0], steps[3]))).to.deep.equal(wrongProof);
  });

  it('fails if its frames pass between two encrypted connections', () => {
    const [near, far] = [Buffer.from('connection 1'), Buffer.from('connection 2')];
    expect(outcome(ends(one, one, [near, near]))).to.include({ isProven: true });
    expect(outcome(ends(one, one, [near, far]))).to.deep.equal(wrongProof);
  });

  it('refuses the proof of an earlier handshake, and one that comes twice', () => {
    const recorded = ends();
    const proof = proofIn(recorded);
    const later = new ProvenListener(one as Secrets, none);
    later.onFrame(recorded.dialer.begin());
    expect(later.onFrame(proof)).to.deep.equal(wrongProof);
    expect(recorded.listener.onFrame(proof)).to.include({ type: 'identified' });
    expect(recorded.listener.onFrame(proof)).to.deep.equal(wrongProof);
  });

  it('refuses a hello that was changed on the way, in any byte', () => {
    const { dialer } = ends();
    const frame = dialer.begin();
    for (let index = 0; index < frame.length; index += 1) {
      const listener = new ProvenListener(one as Secrets, none);
      const changed = Buffer.from(frame);
      changed[index] = (frame[index] ?? 0) ^ 1;
      const challenge = listener.onFrame(changed);
      if (challenge.type !== 'send') continue;
      const proof = new ProvenDialer(hello(), one as Secrets, none).onFrame(challenge.frame);
      expect(proof.type === 'send' && listener.onFrame(proof.frame)).to.deep.equal(wrongProof);
    }
  });

  it('does not take the proof of the dialer for one of the listener', () => {
    const pair = ends();
    const proof = proofIn(pair);
    expect(pair.dialer.onFrame(proof)).to.include({ type: 'failed' });
    const content = pack(welcome);
    const forged = pack({ type: 'answer', content, proof: new Uint8Array(32) });
    expect(pair.dialer.onFrame(forged)).to.deep.equal({
      ...{ type: 'failed', reason: 'wrong proof: that server has another cluster secret' },
    });
  });

  it('believes no welcome before its own proof, and takes a refusal then for what it is', () => {
    const { dialer, listener } = ends();
    expect(dialer.onFrame(listener.answer(welcome))).to.include({ type: 'failed' });
    const refusal = { type: 'refusal', reason: 'busy', level: 9 } as const;
    expect(dialer.onFrame(listener.answer(refusal))).to.deep.equal({
      ...{ type: 'answered', answer: refusal, isProven: false },
    });
  });

  it('refuses frames out of order, and frames that are none', () => {
    for (const frame of [pack(learn(1)), new Uint8Array(), Buffer.alloc(100, 0x80), pack(null)]) {
      expect(ends().listener.onFrame(frame).type).to.equal('failed');
      const pair = ends();
      pair.listener.onFrame(pair.dialer.begin());
      expect(pair.listener.onFrame(frame).type).to.equal('failed');
      expect(pair.dialer.onFrame(frame).type).to.equal('failed');
    }
    expect(ends().listener.onFrame(pack(hello()))).to.deep.equal({
      ...{ type: 'failed', reason: 'bad hello: it has no nonce' },
    });
    const twice = ends();
    twice.listener.onFrame(twice.dialer.begin());
    expect(twice.listener.onFrame(twice.dialer.begin()).type).to.equal('failed');
  });

  it('never repeats a nonce', () => {
    const frames = Array.from({ length: 20 }, () =>
      Buffer.from(ends().dialer.begin()).toString('hex'),
    );
    expect(new Set(frames).size).to.equal(20);
    const challenges = Array.from({ length: 20 }, () => {
      const { dialer, listener } = ends();
      const step = listener.onFrame(dialer.begin());
      return step.type === 'send' ? Buffer.from(step.frame).toString('hex') : '';
    });
    expect(new Set(challenges).size).to.equal(20);
  });
});
