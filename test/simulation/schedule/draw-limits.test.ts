import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { sessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { defaultLimits, drawLimits } from './draw-limits.ts';

const sizes = { nodeCount: 3, clientCount: 4 };
const drawn = Array.from({ length: 200 }, (_, seed) => drawLimits(new SeededRandom(seed), sizes));

describe('drawLimits', () => {
  it('makes every limit small in some runs, and leaves it as it is in others', () => {
    const names = new Set(drawn.flatMap(({ server }) => Object.keys(server)));
    expect(names.size).to.be.at.least(8);
    for (const name of names as Set<keyof typeof limitsDefault>) {
      const values = drawn.map(({ server }) => server[name]);
      expect(values, name).to.include(undefined);
      for (const value of values) {
        if (value !== undefined) expect(value, name).to.be.at.most(limitsDefault[name]);
      }
    }
  });

  it('lets no client evict the session of another for good', () => {
    for (const { sessions } of drawn) expect(sessions.sessionCountMax).to.be.at.least(14);
  });

  it('gives peers message limits of their own', () => {
    const votes = drawn.flatMap(({ messages }) => messages.map((of) => of.voteCountMax));
    expect(new Set(votes)).to.have.all.keys([1, 2, undefined]);
    expect(drawn.some(({ messages: [a, b] }) => a?.voteCountMax !== b?.voteCountMax)).to.equal(
      true,
    );
  });

  it('changes nothing where limits are not small', () => {
    expect(defaultLimits(2)).to.deep.equal({
      server: {},
      sessions: sessionLimits,
      messages: [{}, {}],
    });
  });
});
