/** The part of `node:assert` that the replica needs in a browser. */

interface Assert {
  /** @throws Error unless the condition holds */
  (condition: unknown, message?: string): asserts condition;
  /** @throws Error unless both are the same */
  equal(actual: unknown, expected: unknown, message?: string): void;
}

export const strict: Assert = Object.assign(expectTrue, {
  equal: (actual: unknown, expected: unknown, message?: string) =>
    expectTrue(Object.is(actual, expected), message),
});

function expectTrue(condition: unknown, message = 'An assertion failed.'): asserts condition {
  if (!condition) throw new Error(message);
}
