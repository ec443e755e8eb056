/** Tests that one text holds the original and all of its mutants, and knows which places ran. */
import { expect } from 'chai';
import { mutatedSample } from '../operators/sample.ts';
import { instrumented } from './instrument.ts';
import { EndlessRunError, MutantSwitch } from './mutant-switch.ts';

describe('An instrumented source', function () {
  this.timeout(30_000);

  it('behaves as the original until a mutant is active, and then as that one', () => {
    const { run, mutants, changes } = load(
      'export function run(a: number, b: number): number { return a < b ? a + b : a - b; }',
    );
    const results = (id: number) => {
      mutants.active = id;
      return [run(1, 2), run(2, 2), run(3, 2)];
    };
    expect(results(0)).to.deep.equal([3, 0, 1]);
    expect(changes.map((change, index) => [change, results(index + 1)])).to.deep.equal([
      ['a < b → true', [3, 4, 5]],
      ['a < b → false', [-1, 0, 1]],
      ['a < b → a <= b', [3, 4, 1]],
      ['a + b → a - b', [-1, 0, 1]],
      ['a - b → a + b', [3, 4, 5]],
    ]);
  });

  it('leaves statements and cases out', () => {
    const { run, mutants, changes } = load(`
      export function run(a: number, b: number): number {
        let sum = b;
        sum += a;
        switch (a) { case b: return b; }
        return sum;
      }`);
    mutants.active = 1 + changes.indexOf('sum += a; → left out');
    expect(run(1, 2)).to.equal(2);
    mutants.active = 1 + changes.indexOf('b → case forgotten');
    expect(run(2, 2)).to.equal(4);
    mutants.active = 0;
    expect(run(2, 2)).to.equal(2);
  });

  it('tells which places ran since it was last asked', () => {
    const { run, mutants } = load(
      'export function run(a: number, b: number): number { return a < b ? a + b : a - b; }',
    );
    run(1, 2);
    expect(mutants.takeRan()).to.deep.equal([1, 2]);
    run(2, 1);
    expect(mutants.takeRan()).to.deep.equal([1, 3]);
    expect(mutants.takeRan()).to.deep.equal([]);
  });

  it('ends a mutant that takes too many steps', () => {
    const { run, mutants, changes } = load(`
      export function run(a: number, b: number): number {
        let sum = 0;
        for (let at = a; at < b; at += 1) sum += at;
        return sum;
      }`);
    mutants.stepCountMax = 1000;
    expect(run(1, 4)).to.equal(6);
    mutants.active = 1 + changes.indexOf('at < b → true');
    expect(() => run(1, 4)).to.throw(EndlessRunError);
  });
});

/** The function `run` of the source, under a switch of its own. */
function load(text: string) {
  const sample = mutatedSample(text);
  const mutants = new MutantSwitch(sample.sites.length);
  const body = instrumented(sample)
    .replace(/const \$mutants = .*?;/, '')
    .replace('export function', 'return function');
  const run: (a: number, b: number) => number = new Function('$mutants', body)(mutants);
  const changes = sample.mutants.map(({ original, mutated }) => `${original} → ${mutated}`);
  return { run, mutants, changes };
}
