/** The verdict in words. A screen reader speaks it when its severity changes. */
import type { JSX } from 'preact';
import type { ConsoleTexts } from '../texts.ts';
import type { Finding } from '../verdict.ts';
import type { ConsoleProps } from './view-props.ts';

export function VerdictPanel({ model, texts }: ConsoleProps): JSX.Element {
  const { verdict } = model;
  return (
    <section
      class={`panel verdict ${verdict?.severity ?? 'unknown'}`}
      data-verdict={verdict?.severity}
    >
      <h2>
        {texts.verdict.heading}:{' '}
        <output>{verdict === undefined ? texts.waiting : texts.verdict[verdict.severity]}</output>
      </h2>
      <ul>
        {verdict?.findings.map((finding) => (
          <li key={keyOf(finding)} class={finding.severity} data-finding={finding.type}>
            {sentenceOf(finding, texts)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function keyOf(finding: Finding): string {
  if (finding.type === 'lost') return `lost ${finding.node}`;
  return finding.type === 'notReady' ? finding.detail : finding.type;
}

/** The texts have a function for each type of finding, which takes findings of that type. */
function sentenceOf(finding: Finding, { findings }: ConsoleTexts): string {
  const sentence = findings[finding.type] as (finding: Finding) => string;
  return sentence(finding);
}
