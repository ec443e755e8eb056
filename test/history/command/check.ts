import { checkHistory, type Verdict } from '../../linearizability/checker.ts';
import { readHistory } from '../history-file.ts';
import type { Print } from './print.ts';
import { isTrouble } from './trouble.ts';

/** Prints a verdict for each file. Resolves with whether every history is linearizable. */
export async function checkFiles(paths: readonly string[], print: Print): Promise<boolean> {
  let areAllWell = true;
  for (const path of paths) {
    const verdict = await judge(path);
    areAllWell &&= verdict.name === 'linearizable';
    print(`${path}: ${toText(verdict)}\n`);
  }
  return areAllWell;
}

/** An empty file gets no verdict. */
interface Unreadable {
  readonly name: 'unreadable';
  readonly explanation: string;
}

async function judge(path: string): Promise<Verdict | Unreadable> {
  try {
    return checkHistory(await readHistory(path));
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return { name: 'unreadable', explanation: error.message };
  }
}

function toText(verdict: Verdict | Unreadable): string {
  if (verdict.name !== 'linearizable') return `${verdict.name}\n${verdict.explanation}`;
  const { operationCount, keyCount } = verdict;
  return `linearizable, ${operationCount} operations on ${keyCount} keys`;
}
