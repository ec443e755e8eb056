/** The changes of the leader since the page was opened. */
import type { JSX } from 'preact';
import type { ConsoleProps } from './view-props.ts';

export function Elections({ model, texts }: ConsoleProps): JSX.Element {
  const { leaderChanges } = model.history;
  const { elections } = texts;
  return (
    <section class="panel elections">
      <h2>{elections.heading}</h2>
      {leaderChanges.length === 0 && <p>{elections.none}</p>}
      <ol>
        {leaderChanges.map(({ atMs, before, after }) => (
          <li key={atMs}>
            <time dateTime={new Date(atMs).toISOString()}>
              {new Date(atMs).toLocaleTimeString(model.language)}
            </time>{' '}
            {elections.change(before, after)}
          </li>
        ))}
      </ol>
    </section>
  );
}
