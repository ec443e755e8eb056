/** A separate process that checks a large history once, and prints the cost. */
import { toOperations } from '../history/pairing.ts';
import { checkOperations } from './checker.ts';
import { randomHistory } from './random-history.ts';

const operationCount = 20_000;
const shape = { operationCount, clientCount: 16, keyCount: 50, unknownShare: 0.01 };

const hasFullAnswers = process.argv.includes('--all');
const operations = toOperations(randomHistory(1, { ...shape, hasFullAnswers }));
const before = process.cpuUsage();
const verdict = checkOperations(operations);
const { user, system } = process.cpuUsage(before);
const cpuMs = Math.round((user + system) / 1000);
const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ verdict, cpuMs, memoryMiB }));
