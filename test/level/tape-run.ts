/** Runs tests of `tape` to their end, and tells which assertions did not hold. */
import tape from 'tape';

export interface TapeResult {
  /** The number of assertions that held. */
  readonly passed: number;
  /** Each assertion that did not, with its test. */
  readonly failed: readonly string[];
}

interface Row {
  readonly type: 'test' | 'assert' | 'end';
  readonly id?: number;
  readonly name?: string;
  readonly test?: number;
  readonly ok?: boolean;
  readonly error?: Error;
}

/** `declare` declares the tests. */
export function runTape(declare: (test: tape.TestCase & typeof tape) => void): Promise<TapeResult> {
  const harness = tape.createHarness();
  const names = new Map<number | undefined, string | undefined>();
  const failed: string[] = [];
  let passed = 0;
  const onRow = ({ type, id, name, test, ok, error }: Row) => {
    if (type === 'test') names.set(id, name);
    if (type !== 'assert') return;
    if (ok) passed += 1;
    else failed.push(`${names.get(test)}: ${name} (${error?.message})`);
  };
  return new Promise((resolve, reject) => {
    harness
      .createStream({ objectMode: true })
      .on('data', onRow)
      .on('error', reject)
      .on('end', () => resolve({ passed, failed }));
    declare(harness as never);
  });
}
