/** `npm run bench`: measures, then reports on standard output. A missed goal is not an error. */
import { judge } from './goals.ts';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import { toReport } from './report.ts';
import type { Results } from './results.ts';
import { parseSettings } from './settings.ts';

const settings = parseSettings(process.argv.slice(2));
const { seconds, valueBytes } = settings;
const results: Results = {
  machine: describeMachine(),
  ...{ seconds, valueBytes },
  ...(await measure(settings)),
};
process.stdout.write(
  settings.isJson
    ? `${JSON.stringify({ ...results, goals: judge(results) }, null, 2)}\n`
    : `${toReport(results)}\n`,
);
