/** Tests that a quick run forgives what few seeds did not reach, and nothing else. */
import { expect } from 'chai';
import { isEnough } from './enough.ts';
import { bySimulation, byTest, type Catcher, type Mutant } from './mutant.ts';
import type { Finding } from './trial/trial.ts';

const named = byTest('unit/paxos/sample', 'holds');
const quick = { isQuick: true };
const whole = { isQuick: false };

describe('A run of the known mistakes', () => {
  for (const settings of [quick, whole]) {
    const run = settings.isQuick ? 'quick' : 'whole';

    it(`passes if every catcher caught its mutant (${run})`, () => {
      expect(isEnough([...caught(9), finding(named), finding(bySimulation)], settings)).to.be.true;
    });

    it(`fails if one test of a hundred missed its mutant (${run})`, () => {
      expect(isEnough([...caught(99), finding(named, false)], settings)).to.be.false;
    });

    it(`fails if a test missed a mutant that the simulation caught (${run})`, () => {
      const mutant = mutantOf([named, bySimulation]);
      const both = [finding(named, false, mutant), finding(bySimulation, true, mutant)];
      expect(isEnough([...caught(99), ...both], settings)).to.be.false;
    });

    it(`fails if one of several tests missed its mutant (${run})`, () => {
      const other = byTest('unit/paxos/sample', 'holds as well');
      const mutant = mutantOf([named, other]);
      const both = [finding(named, true, mutant), finding(other, false, mutant)];
      expect(isEnough([...caught(99), ...both], settings)).to.be.false;
    });
  }

  it('forgives the simulation a mutant that a test caught, only if it is quick', () => {
    const mutant = mutantOf([named, bySimulation]);
    const both = [finding(named, true, mutant), finding(bySimulation, false, mutant)];
    expect(isEnough(both, quick)).to.be.true;
    expect(isEnough(both, whole)).to.be.false;
  });

  it('forgives the simulation one mutant of ten that nothing else can catch, only if it is quick', () => {
    const one = [...caught(9), finding(bySimulation, false)];
    expect(isEnough(one, quick)).to.be.true;
    expect(isEnough(one, whole)).to.be.false;
    expect(isEnough([...one.slice(1), finding(bySimulation, false)], quick)).to.be.false;
  });
});

function caught(count: number): readonly Finding[] {
  return Array.from({ length: count }, () => finding(named));
}

function finding(catcher: Catcher, isCaught = true, mutant = mutantOf([catcher])): Finding {
  return { mutant, catcher, isCaught, reason: '', tookMs: 1 };
}

function mutantOf(caughtBy: readonly Catcher[]): Mutant {
  return {
    id: 'sample',
    mistake: 1,
    file: 'packages/paxos/src/core/sample.ts',
    right: 'a < b',
    wrong: 'a <= b',
    does: 'counts one too many',
    loses: 'nothing',
    caughtBy,
  };
}
