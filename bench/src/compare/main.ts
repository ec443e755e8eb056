/**
 * `npm run bench:compare`: exit code 1 if a judged goal does not hold, 2 if a row could not be measured at
 * all.
 */
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { describeMachine } from '../machine.ts';
import { toHtmlReport } from './html-report.ts';
import { type Comparison, exitCodeOf, toReport } from './report.ts';
import { runRows } from './rows/rows.ts';
import { parseSettings } from './settings.ts';
import { Stage } from './stage.ts';

const settings = parseSettings(process.argv.slice(2));
const stage = new Stage(settings.peers);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stage.stop().finally(() => process.exit(130)));
}
const loadBefore = loadavg()[0] ?? 0;
try {
  const rows = await runRows(stage, settings);
  const loadAverages = [loadBefore, loadavg()[0] ?? 0] as const;
  const comparison: Comparison = { machine: describeMachine(), loadAverages, rows };
  const { jsonFile, htmlFile } = settings;
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(comparison, null, 2)}\n`);
  if (htmlFile !== undefined) await writeFile(htmlFile, toHtmlReport(comparison));
  process.stdout.write(`${toReport(comparison)}\n`);
  process.exitCode = exitCodeOf(rows);
} finally {
  await stage.stop();
}
