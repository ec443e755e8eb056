/** Describes the machine and the version that the figures belong to. */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { Machine } from './results.ts';

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? 'unknown',
    coreCount: cores.length,
    node: process.version,
    commit: commitOf(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Absent in a copy without git history. */
function commitOf(): string {
  try {
    const text = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.trim();
  } catch {
    return 'unknown';
  }
}
