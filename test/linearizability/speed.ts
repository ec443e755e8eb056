/** A separate process that checks a large history once, and prints the cost. */
import { toOperations } from '../history/pairing.ts';
import { checkOperations } from './checker.ts';
import { drawHistory } from './random-history.ts';

const operationCount = 20_000;
const shape = { operationCount, clientCount: 16, keyCount: 50, unknownShare: 0.01 };

const isTellingAll = process.argv.includes('--all');
const operations = toOperations(drawHistory(1, { ...shape, isTellingAll }));
const before = process.cpuUsage();
const verdict = checkOperations(operations);
const { user, system } = process.cpuUsage(before);
const cpuMs = Math.round((user + system) / 1000);
const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ verdict, cpuMs, memoryMiB }));
