/** Replays a recording of the page in Node: `npm run playground:replay -- '<address>'`. */
import { recordingAt } from '../engine/timeline/address.ts';
import { Session } from '../engine/timeline/session.ts';
import { hashOf } from '../engine/timeline/state-hash.ts';
import { shippedOnly } from '../engine/world/core.ts';
import { occurrenceText } from '../ui/describe.ts';

const [address = ''] = process.argv.slice(2);
const { settings, log, moment } = recordingAt(address);
const session = await Session.open(settings, shippedOnly, log);
await session.stepTo(moment);
for (const { moment: at, timeMs, occurrences } of session.frames) {
  for (const occurrence of occurrences) {
    process.stdout.write(`${at} ${timeMs.toFixed(1)} ms ${occurrenceText(occurrence)}\n`);
  }
}
process.stdout.write(`moment ${session.cursor}, state ${hashOf(session.frame)}\n`);
