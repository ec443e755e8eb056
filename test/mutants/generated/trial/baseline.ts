/** What the tests do without a mutant: which places each of them runs, how long it takes, and whether it can be repeated. */
import type { MutantSwitch } from '../build/mutant-switch.ts';
import { type LoadedTests, nameOfTest } from './loaded-tests.ts';
import type { Baseline, TestFacts } from './protocol.ts';

interface Measured {
  readonly test: Mocha.Test;
  readonly startMs: number;
  /** Places that ran in the hooks of groups, before the test. */
  readonly before: readonly number[];
}

/** @param loadSites the places that ran while files were loaded */
export async function measureBaseline(
  tests: LoadedTests,
  mutants: MutantSwitch,
  loadSites: Pick<Baseline, 'sourceSites' | 'fileSites'>,
): Promise<Baseline> {
  const facts: TestFacts[] = [];
  let running: Measured | undefined;
  const finish = (): readonly number[] => {
    const ran = mutants.takeRan();
    if (running === undefined) return ran;
    const { test, startMs, before } = running;
    facts.push({
      ...named(test),
      tookMs: performance.now() - startMs,
      stepCount: mutants.stepCount,
      sites: [...new Set([...before, ...ran])],
    });
    running = undefined;
    return ran;
  };
  mutants.takeRan();
  const passed = new Set<Mocha.Test>();
  await tests.run(new Set(tests.all()), {
    isShort: false,
    onBegin: (test) => {
      // What ran since the last test ended may belong to hooks of either group.
      const before = finish();
      mutants.stepCount = 0;
      running = { test, startMs: performance.now(), before };
    },
    onPass: (test) => passed.add(test),
  });
  finish();
  const again = new Set<Mocha.Test>();
  await tests.run(passed, { isShort: false, onPass: (test) => again.add(test) });
  const keys = new Set([...again].map((test) => named(test).key));
  return {
    tests: facts.filter(({ key }) => keys.has(key)),
    ...loadSites,
    unsound: tests
      .all()
      .flatMap((test) => (again.has(test) || test.isPending() ? [] : [named(test).key])),
  };
}

export function named(test: Mocha.Test): Pick<TestFacts, 'key' | 'file'> {
  const { file, title } = nameOfTest(test);
  return { key: `${file}: ${title}`, file };
}
