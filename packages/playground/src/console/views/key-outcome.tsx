/** The result of the latest command about a key. */
import type { JSX } from 'preact';
import type { KeyResult, ShownEntry } from '../key-requests.ts';
import type { ConsoleTexts } from '../texts.ts';
import type { ConsoleProps } from './view-props.ts';

export function KeyOutcome({ model, texts }: ConsoleProps): JSX.Element {
  const { call } = model;
  const result = call?.result;
  return (
    <div class={`outcome ${result?.type ?? ''}`} data-result={result?.type}>
      <p role="status">
        {call !== undefined && (
          <>
            <strong>
              {texts.keys[call.command.type].replace(' …', '')} <code>{call.command.key}</code>:
            </strong>{' '}
            {result === undefined ? texts.keys.pending : sentenceOf(result, texts)}{' '}
            {result?.type === 'failed' && texts.outcomes[result.outcome]}
          </>
        )}
      </p>
      {result?.type === 'found' && <EntryView entry={result.entry} texts={texts} />}
    </div>
  );
}

interface EntryProps {
  readonly entry: ShownEntry;
  readonly texts: ConsoleTexts;
}

function EntryView({ entry, texts: { keys } }: EntryProps): JSX.Element {
  const { text, hex, byteCount, createRevision, modRevision, version } = entry;
  const facts = [
    `${byteCount} ${keys.bytes}`,
    `${keys.created} ${createRevision}`,
    `${keys.revision} ${modRevision}`,
    `${keys.version}: ${version}`,
  ];
  return (
    <>
      <p class="notice">{facts.join(' · ')}</p>
      {text === undefined && (
        <p>
          {keys.binary} <code>{hex}</code>
        </p>
      )}
    </>
  );
}

/** The texts have a function for each type of result, which takes results of that type. */
function sentenceOf(result: KeyResult, { results }: ConsoleTexts): string {
  const sentence = results[result.type] as (result: KeyResult) => string;
  return sentence(result);
}
