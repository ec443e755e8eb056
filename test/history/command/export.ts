import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toJepsenKv } from '../export/jepsen-kv.ts';
import { toJepsenRegister } from '../export/jepsen-register.ts';
import { readHistory } from '../history-file.ts';
import type { Operation } from '../operation.ts';
import { toOperations } from '../pairing.ts';
import type { Print } from './print.ts';

export type Format = 'jepsen-register' | 'jepsen-kv';

export interface ExportOptions {
  readonly format: Format;
  /** A history in JSON lines. */
  readonly in: string;
  /** A folder for register logs, created if missing; a file for a key-value log. */
  readonly out: string;
}

/** Writes what the format can represent, and prints what it cannot. */
export async function exportHistory(options: ExportOptions, print: Print): Promise<void> {
  const operations = toOperations(await readHistory(options.in));
  const write = options.format === 'jepsen-kv' ? writeKv : writeRegisters;
  const { written, leftOut } = await write(operations, options.out);
  for (const { key, reason } of leftOut) {
    print(`left out key ${JSON.stringify(key)}: ${reason}\n`);
  }
  print(`${written}\n`);
}

interface Export {
  /** Describes which file was written where. */
  readonly written: string;
  readonly leftOut: ReturnType<typeof toJepsenKv>['leftOut'];
}

async function writeKv(operations: readonly Operation[], out: string): Promise<Export> {
  const { text, leftOut } = toJepsenKv(operations);
  await writeFile(out, text);
  return { written: `wrote ${out}`, leftOut };
}

/** Keys may contain any character, so files are numbered; `keys.json` maps each file to its key. */
async function writeRegisters(operations: readonly Operation[], out: string): Promise<Export> {
  const { files, leftOut } = toJepsenRegister(operations);
  await mkdir(out, { recursive: true });
  const keys: Record<string, string> = {};
  for (const [index, { key, text }] of files.entries()) {
    const name = `register-${index + 1}.log`;
    keys[name] = key;
    await writeFile(join(out, name), text);
  }
  await writeFile(join(out, 'keys.json'), `${JSON.stringify(keys, null, 2)}\n`);
  return { written: `wrote ${files.length} register logs to ${out}`, leftOut };
}
