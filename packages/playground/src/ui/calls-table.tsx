/** The calls of clients, with their results. */
import type { JSX } from 'preact';
import type { CallRecord } from '../engine/judge/history.ts';
import type { PageTexts } from '../text/page-texts.ts';
import type { ViewProps } from './context.ts';

const callCountMax = 8;

export function CallsTable({ model, texts }: ViewProps): JSX.Element | null {
  const calls = model.session.frame.calls.slice(-callCountMax);
  if (calls.length === 0) return null;
  return (
    <section class="calls">
      <h2>{texts.log.calls}</h2>
      <ol>
        {calls.map((call) => (
          <li key={call.id}>{callText(call, texts)}</li>
        ))}
      </ol>
    </section>
  );
}

function callText(call: CallRecord, { log, faults }: PageTexts): string {
  const { type, key, value, peer, answeredMs, result, failure } = call;
  const what = type === 'put' ? `${faults.put} ${key} = ${value}` : `${faults.get} ${key}`;
  const answer = type === 'put' ? '✓' : `→ ${result ?? log.absent}`;
  const wait = failure === undefined ? `… ${log.waiting}` : `✗ ${failure}`;
  return `${faults.peer} ${peer}: ${what} ${answeredMs === undefined ? wait : answer}`;
}
