/** The explanation of the selection in one sentence, with its rule and its source. */
import type { JSX } from 'preact';
import { type Tone, tones } from '../engine/protocol/messages.ts';
import type { ViewProps } from './context.ts';
import { ruleLink, sourceLink } from './references.ts';
import { explain } from './selection.ts';

export function ExplanationView({ model, texts }: ViewProps): JSX.Element {
  const { timeline, language, selection } = model;
  const explanation = explain(selection, timeline.frame, { texts, language });
  return (
    <section class="explanation" aria-label={texts.chart.explain}>
      <Legend texts={texts} model={model} />
      {explanation === undefined ? (
        <p>{texts.chart.nothing}</p>
      ) : (
        <p>
          <strong>{explanation.title}</strong> {explanation.sentence}{' '}
          <a href={ruleLink(explanation.reference)} target="_blank" rel="noopener">
            {texts.chart.rule}: {explanation.reference.heading}
          </a>{' '}
          <a href={sourceLink(explanation.reference)} target="_blank" rel="noopener">
            {texts.chart.source}: {explanation.reference.source.split('/').at(-1)}
          </a>
        </p>
      )}
    </section>
  );
}

const shownTones: readonly Tone[] = [...new Set(Object.values(tones))];

function Legend({ texts }: ViewProps): JSX.Element {
  return (
    <ul class="legend">
      {shownTones.map((tone) => (
        <li key={tone}>
          <span class={`swatch ${tone}`} aria-hidden="true" /> {texts.tones[tone]}
        </li>
      ))}
    </ul>
  );
}
