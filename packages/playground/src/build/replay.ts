/**
 * Replays a recording in Node: `npm run playground:replay -- '<address>'` for one of the page, and
 * `npm run playground:replay -- <file>` for one that `paxkv trace` fetched from a server.
 */
import { existsSync } from 'node:fs';
import { recordingAt } from '../engine/timeline/address.ts';
import { Session } from '../engine/timeline/session.ts';
import { hashOf } from '../engine/timeline/state-hash.ts';
import { shippedOnly } from '../engine/world/core.ts';
import { occurrenceText } from '../ui/describe.ts';
import { replayTraceFile } from './trace-report.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const [recording = ''] = process.argv.slice(2);
if (existsSync(recording)) await replayTrace(recording);
else await replayAddress(recording);

/** Exits with 1 if a step has other effects than those recorded. */
async function replayTrace(file: string): Promise<void> {
  const { stepCount, firstOther, end } = await replayTraceFile(file, print);
  print(`at the end: ${end}`);
  if (firstOther === undefined) print(`${stepCount} steps, each with the recorded effects`);
  else {
    print(`the effects of step ${firstOther.index} are not those recorded`);
    process.exitCode = 1;
  }
}

async function replayAddress(address: string): Promise<void> {
  const { settings, log, moment } = recordingAt(address);
  const session = await Session.open(settings, shippedOnly, log);
  await session.stepTo(moment);
  for (const { moment: at, timeMs, occurrences } of session.frames) {
    for (const occurrence of occurrences) {
      print(`${at} ${timeMs.toFixed(1)} ms ${occurrenceText(occurrence)}`);
    }
  }
  print(`moment ${session.cursor}, state ${hashOf(session.frame)}`);
}
