/** A separate process that checks large histories once, and prints the cost. */
import { SeededRandom } from '@paxkv/simulator';
import type { Operation } from '../history/operation.ts';
import { toOperations } from '../history/pairing.ts';
import { anomalies } from './anomalies.ts';
import { checkOperations } from './checker.ts';
import { withAnswer } from './injection.ts';
import { randomHistory } from './random-history.ts';

const large = { operationCount: 20_000, clientCount: 16, keyCount: 50, unknownShare: 0.01 };
/** Many clients on few keys: a tenth of their calls wait while dozens of others take effect. */
const crowded = {
  operationCount: 2000,
  clientCount: 50,
  keyCount: 10,
  unknownShare: 0,
  slowShare: 0.1,
  hasDeletes: false,
};

const cases: Readonly<Record<string, () => readonly Operation[]>> = {
  all: () => toOperations(randomHistory(1, { ...large, hasFullAnswers: true })),
  values: () => toOperations(randomHistory(1, { ...large, hasFullAnswers: false })),
  crowd: () => toOperations(randomHistory(1, { ...crowded, hasFullAnswers: false })),
  unknown: () =>
    toOperations(randomHistory(1, { ...crowded, unknownShare: 0.02, hasFullAnswers: false })),
  deletes: () =>
    toOperations(randomHistory(1, { ...crowded, hasDeletes: true, hasFullAnswers: false })),
  emptied: () => emptied(toOperations(randomHistory(1, { ...crowded, hasFullAnswers: false }))),
  stale: () => {
    const operations = toOperations(randomHistory(1, { ...crowded, hasFullAnswers: false }));
    const spoiled = anomalies['stale read']?.(operations, new SeededRandom(1));
    if (spoiled === undefined) throw new TypeError('no read can be made stale');
    return spoiled;
  },
};

/** In the end every key looks as if nothing had ever been written to it. */
function emptied(operations: readonly Operation[]): readonly Operation[] {
  const gets = operations.filter((one) => one.name === 'get' && one.fate.name === 'ok');
  const last = new Map(gets.map((get) => [get.key, get]));
  let spoiled = operations;
  for (const get of last.values()) {
    if (get.name === 'get') spoiled = withAnswer(spoiled, get, { value: undefined });
  }
  return spoiled;
}

const operations = cases[process.argv[2] ?? '']?.() ?? [];
const before = process.cpuUsage();
const { name } = checkOperations(operations);
const { user, system } = process.cpuUsage(before);
const cpuMs = Math.round((user + system) / 1000);
const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ name, operationCount: operations.length, cpuMs, memoryMiB }));
