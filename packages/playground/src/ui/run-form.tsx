/** The settings of a run, and how to share it. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { peerCountMax, peerCountMin, type Settings } from '../engine/settings.ts';
import { addressOf } from '../engine/timeline/address.ts';
import { hashOf } from '../engine/timeline/state-hash.ts';
import type { ViewProps } from './context.ts';

export function RunForm({ model, texts }: ViewProps): JSX.Element {
  const { run } = texts;
  const { settings } = model.session;
  const [typed, setTyped] = useState<Partial<Settings>>({});
  const shown = { ...settings, ...typed };
  const change = (part: Partial<Settings>) => setTyped({ ...typed, ...part });
  const begin = (event: Event) => {
    event.preventDefault();
    model.begin(shown);
    setTyped({});
  };
  const counts = Array.from(
    { length: peerCountMax - peerCountMin + 1 },
    (_, index) => peerCountMin + index,
  );
  return (
    <form class="run" aria-label={run.heading} onSubmit={begin}>
      <label>
        {run.seed}
        <input
          value={shown.seed}
          maxLength={20}
          size={6}
          onInput={({ currentTarget }) => change({ seed: currentTarget.value })}
        />
      </label>
      <label>
        {run.peers}
        <select
          value={shown.peerCount}
          onChange={({ currentTarget }) => change({ peerCount: Number(currentTarget.value) })}
        >
          {counts.map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      </label>
      <Check label={run.led} isChecked={shown.isLed} onChange={(isLed) => change({ isLed })} />
      <Check
        label={run.lossy}
        isChecked={shown.network === 'lossy'}
        onChange={(isLossy) => change({ network: isLossy ? 'lossy' : 'calm' })}
      />
      <Check
        label={run.servers}
        isChecked={shown.hasServers}
        onChange={(hasServers) => change({ hasServers })}
      />
      <MutantChoice
        model={model}
        texts={texts}
        chosen={shown.mutant}
        onChange={(mutant) => change({ mutant })}
      />
      <button type="submit" class="main">
        {run.start}
      </button>
    </form>
  );
}

interface CheckProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

function Check({ label, isChecked, onChange }: CheckProps): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {label}
    </label>
  );
}

interface MutantChoiceProps extends ViewProps {
  readonly chosen: string | undefined;
  readonly onChange: (mutant: string | undefined) => void;
}

function MutantChoice({ model, texts: { run }, chosen, onChange }: MutantChoiceProps): JSX.Element {
  return (
    <label>
      {run.mutant}
      <select
        value={chosen ?? ''}
        onChange={({ currentTarget: { value } }) => onChange(value === '' ? undefined : value)}
      >
        <option value="">{run.none}</option>
        {model.mutants.map(({ id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Share({ model, texts: { run } }: ViewProps): JSX.Element {
  const [isCopied, setIsCopied] = useState(false);
  const copy = () => {
    const { href } = window.location;
    navigator.clipboard.writeText(href.replace(/#.*$/, `#${model.address}`)).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {run.share}
      </button>
      <span role="status">{isCopied ? run.shared : ''}</span>
      <details class="replay">
        <summary>{run.replay}</summary>
        <code>npm run playground:replay -- '{addressOf(model.session.recording)}'</code>{' '}
        <StateHash model={model} />
      </details>
    </>
  );
}

/** The state hash, which the replay must reproduce. */
function StateHash({ model }: Pick<ViewProps, 'model'>): JSX.Element | null {
  if (model.isPlaying) return null;
  const hash = hashOf(model.session.frame);
  return <code data-state={hash}>{hash}</code>;
}
