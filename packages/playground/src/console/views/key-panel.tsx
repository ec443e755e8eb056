/** Reads and writes one key at a time, and lists keys. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { KeyCommand } from '../key-requests.ts';
import { KeyList } from './key-list.tsx';
import { KeyOutcome } from './key-outcome.tsx';
import type { ConsoleProps } from './view-props.ts';

interface Draft {
  readonly key: string;
  readonly value: string;
  readonly by: string;
  /** Whether the visitor is asked if the key is really to be deleted. */
  readonly isConfirming: boolean;
}

export function KeyPanel({ model, texts }: ConsoleProps): JSX.Element {
  const [draft, setDraft] = useState<Draft>({ key: '', value: '', by: '1', isConfirming: false });
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const send = async (command: KeyCommand) => {
    change({ key: command.key, isConfirming: false });
    const result = await model.send(command);
    if (result?.type === 'found') change({ value: result.entry.text ?? '' });
    if (result?.type === 'absent' || result?.type === 'deleted') change({ value: '' });
    if (result?.type === 'counted') change({ value: result.value });
  };
  const { keys } = texts;
  return (
    <section class="panel keys">
      <h2>{keys.heading}</h2>
      <p>{keys.hint}</p>
      <KeyForm {...{ draft, change, send, texts }} isBusy={isBusy(model)} />
      <KeyOutcome model={model} texts={texts} />
      {model.recentKeys.length > 0 && (
        <fieldset class="choices plain recent">
          <legend>{keys.recent}</legend>
          {model.recentKeys.map((key) => (
            <button key={key} type="button" onClick={() => void send({ type: 'get', key })}>
              {key}
            </button>
          ))}
        </fieldset>
      )}
      <KeyList {...{ model, texts }} onPick={(key) => void send({ type: 'get', key })} />
    </section>
  );
}

function isBusy({ call }: ConsoleProps['model']): boolean {
  return call !== undefined && call.result === undefined;
}

interface FormProps extends Pick<ConsoleProps, 'texts'> {
  readonly draft: Draft;
  readonly change: (changes: Partial<Draft>) => void;
  readonly send: (command: KeyCommand) => Promise<void>;
  readonly isBusy: boolean;
}

function KeyForm({ draft, change, send, isBusy: isDisabled, texts: { keys } }: FormProps) {
  const { key, value, by } = draft;
  const button = (command: KeyCommand) => (
    <button
      type="button"
      data-command={command.type}
      disabled={isDisabled || key === ''}
      onClick={() => void send(command)}
    >
      {keys[command.type]}
    </button>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isDisabled && key !== '') void send({ type: 'get', key });
      }}
    >
      <label>
        {keys.key}
        <input
          name="key"
          value={key}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => change({ key: currentTarget.value, isConfirming: false })}
        />
      </label>
      <label class="wide">
        {keys.value}
        <textarea
          name="value"
          rows={4}
          value={value}
          spellcheck={false}
          onInput={({ currentTarget }) => change({ value: currentTarget.value })}
        />
      </label>
      <div class="buttons">
        <button type="submit" class="main" data-command="get" disabled={isDisabled || key === ''}>
          {keys.get}
        </button>
        {button({ type: 'put', key, value })}
        {button({ type: 'append', key, value })}
        <span class="counter">
          {button({ type: 'increment', key, by })}
          <label>
            {keys.by}
            <input
              name="by"
              inputMode="numeric"
              value={by}
              onInput={({ currentTarget }) => change({ by: currentTarget.value })}
            />
          </label>
        </span>
        <DeleteButtons {...{ draft, change, send, keys }} isDisabled={isDisabled || key === ''} />
      </div>
    </form>
  );
}

interface DeleteProps extends Pick<FormProps, 'draft' | 'change' | 'send'> {
  readonly keys: FormProps['texts']['keys'];
  readonly isDisabled: boolean;
}

/** A delete takes two clicks, since nothing brings the value back. */
function DeleteButtons({ draft, change, send, keys, isDisabled }: DeleteProps): JSX.Element {
  if (!draft.isConfirming) {
    return (
      <button type="button" disabled={isDisabled} onClick={() => change({ isConfirming: true })}>
        {keys.delete}
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        class="danger"
        data-command="delete"
        onClick={() => void send({ type: 'delete', key: draft.key })}
      >
        {keys.confirm}
      </button>
      <button type="button" onClick={() => change({ isConfirming: false })}>
        {keys.cancel}
      </button>
    </>
  );
}
