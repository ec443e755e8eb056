/** The changes of the leader since the page was opened. */
import type { JSX } from 'preact';
import type { StatusProps } from './view-props.ts';

export function Elections({ model, status, texts }: StatusProps): JSX.Element {
  const { leaderChanges } = model.history;
  const { election } = status;
  const { elections } = texts;
  const timeText = (ms: number) => new Date(ms).toLocaleTimeString(model.language);
  return (
    <section class="panel elections">
      <h2>{elections.heading}</h2>
      {election !== undefined && (
        <p>{elections.last(election.leader, timeText(model.statusMs - election.agoMs))}</p>
      )}
      {leaderChanges.length === 0 && <p>{elections.none}</p>}
      <ol>
        {leaderChanges.map(({ atMs, before, after }) => (
          <li key={atMs}>
            <time dateTime={new Date(atMs).toISOString()}>{timeText(atMs)}</time>{' '}
            {elections.change(before, after)}
          </li>
        ))}
      </ol>
    </section>
  );
}
