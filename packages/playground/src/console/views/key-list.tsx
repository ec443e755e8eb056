/** Lists the keys that begin with a prefix. A click on one gets its value. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { KeyListing } from '../key-browser.ts';
import type { ListedKey } from '../key-pages.ts';
import type { ConsoleTexts } from '../texts.ts';
import type { ConsoleProps } from './view-props.ts';

interface KeyListProps extends ConsoleProps {
  readonly onPick: (key: string) => void;
}

export function KeyList({ model: { browser }, texts, onPick }: KeyListProps): JSX.Element {
  const [prefix, setPrefix] = useState('');
  const { listing } = browser;
  const { listing: words } = texts;
  return (
    <div class="listing">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void browser.list(prefix);
        }}
      >
        <label>
          {words.prefix}
          <input
            name="prefix"
            value={prefix}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setPrefix(currentTarget.value)}
          />
        </label>
        <button type="submit" data-command="list" disabled={listing?.isPending}>
          {words.list}
        </button>
      </form>
      <p role="status">{listing !== undefined && sentenceOf(listing, texts)}</p>
      {listing !== undefined && listing.keys.length > 0 && (
        <fieldset class="choices plain listed">
          <legend>{words.found}</legend>
          {listing.keys.map((key) => (
            <KeyChoice key={`${key.text} ${key.hex}`} listed={key} onPick={onPick} />
          ))}
        </fieldset>
      )}
      {listing?.next !== undefined && (
        <button
          type="button"
          data-command="more"
          disabled={listing.isPending}
          onClick={() => void browser.more()}
        >
          {words.more}
        </button>
      )}
    </div>
  );
}

interface KeyChoiceProps extends Pick<KeyListProps, 'onPick'> {
  readonly listed: ListedKey;
}

/** The form takes keys as text, so a key that is none is only shown. */
function KeyChoice({ listed: { text, hex }, onPick }: KeyChoiceProps): JSX.Element {
  if (text === undefined) return <code>{hex}</code>;
  return (
    <button type="button" onClick={() => onPick(text)}>
      {text}
    </button>
  );
}

function sentenceOf(
  listing: KeyListing,
  { keys, listing: words, results, outcomes }: ConsoleTexts,
) {
  const { failure, isPending, next } = listing;
  if (isPending) return keys.pending;
  if (failure !== undefined) return `${results.failed(failure)} ${outcomes[failure.outcome]}`;
  return words.count(listing.keys.length, next !== undefined);
}
