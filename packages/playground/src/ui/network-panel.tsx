/** The actions on links and on messages in transit. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Frame } from '../engine/timeline/frame.ts';
import { ActionButton } from './action-button.tsx';
import type { ViewProps } from './context.ts';
import { messageText, wayText } from './describe.ts';

/** The most messages that are listed. Others can still be selected on the stage. */
const listedCountMax = 12;

export function NetworkPanel({ model, texts }: ViewProps): JSX.Element {
  const { faults } = texts;
  const { isLossy } = model.session.frame;
  return (
    <fieldset>
      <legend>{faults.network}</legend>
      <div class="choices">
        <ActionButton model={model} action={{ type: 'heal' }} label={faults.heal} />
        {isLossy ? (
          <ActionButton model={model} action={{ type: 'calm' }} label={faults.calm} />
        ) : (
          <ActionButton model={model} action={{ type: 'lossy' }} label={faults.lossy} />
        )}
      </div>
      <Partition model={model} texts={texts} />
      <Links model={model} texts={texts} />
    </fieldset>
  );
}

function Partition({ model, texts: { faults } }: ViewProps): JSX.Element {
  const { peers } = model.session.frame;
  const [side, setSide] = useState<readonly number[]>([0]);
  const chosen = side.filter((peer) => peer < peers.length);
  const others = peers.map(({ id }) => id).filter((id) => !chosen.includes(id));
  const toggle = (peer: number) =>
    setSide(chosen.includes(peer) ? chosen.filter((each) => each !== peer) : [...chosen, peer]);
  return (
    <fieldset class="choices plain">
      <legend>{faults.group}</legend>
      {peers.map(({ id }) => (
        <label key={id} class="check">
          <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
          {id}
        </label>
      ))}
      <button
        type="button"
        disabled={chosen.length === 0 || others.length === 0}
        onClick={() => model.act({ type: 'partition', groups: [chosen, others] })}
      >
        {faults.partition}
      </button>
      <small>{faults.partitionHint}</small>
    </fieldset>
  );
}

function Links({ model, texts: { faults } }: ViewProps): JSX.Element {
  const { peers, cuts }: Frame = model.session.frame;
  const [from, setFrom] = useState(0);
  const [to, setTo] = useState(1);
  const isCut = cuts.includes(`${from}>${to}`);
  const choice = (label: string, value: number, set: (peer: number) => void) => (
    <label>
      <span class="hidden">{label}</span>
      <select value={value} onChange={({ currentTarget }) => set(Number(currentTarget.value))}>
        {peers.map(({ id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <fieldset class="choices plain">
      <legend>{faults.links}</legend>
      {choice(`${faults.links} 1`, from, setFrom)} →{choice(`${faults.links} 2`, to, setTo)}
      <button
        type="button"
        disabled={from === to}
        onClick={() => model.act({ type: isCut ? 'mend' : 'cut', from, to })}
      >
        {isCut ? faults.mend : faults.cut}
      </button>
    </fieldset>
  );
}

export function MessagesPanel({ model, texts: { faults } }: ViewProps): JSX.Element {
  const { flights } = model.session.frame;
  const { selection } = model;
  const selected = selection.type === 'message' ? selection.id : undefined;
  return (
    <fieldset>
      <legend>{faults.messages}</legend>
      {flights.length === 0 && <p>{faults.noMessages}</p>}
      <ul class="messages">
        {flights.slice(0, listedCountMax).map((flight) => (
          <li key={flight.id}>
            <button
              type="button"
              aria-pressed={flight.id === selected}
              onClick={() => model.select({ type: 'message', id: flight.id })}
            >
              {wayText(flight)} {messageText(flight)}
            </button>
            {flight.id === selected &&
              (['lose', 'delay', 'repeat'] as const).map((type) => (
                <ActionButton
                  key={type}
                  model={model}
                  action={{ type, message: flight.id }}
                  label={faults[type]}
                />
              ))}
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
