/** The actions on one peer. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Action, PeerAction } from '../engine/action.ts';
import type { PeerView } from '../engine/timeline/frame.ts';
import { ActionButton } from './action-button.tsx';
import type { ViewProps } from './context.ts';

export function PeerPanel({ model, texts }: ViewProps): JSX.Element {
  const { peers } = model.session.frame;
  const { selection } = model;
  const chosen = selection.type === 'peer' ? selection.peer : 0;
  const peer = peers[chosen] ?? peers[0];
  return (
    <fieldset>
      <legend>{texts.faults.peer}</legend>
      <div class="choices">
        {peers.map(({ id }) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === peer?.id}
            aria-label={`${texts.faults.peer} ${id}`}
            onClick={() => model.select({ type: 'peer', peer: id })}
          >
            {id}
          </button>
        ))}
      </div>
      {peer !== undefined && <PeerActions model={model} texts={texts} peer={peer} />}
      {peer !== undefined && !model.session.settings.hasServers && (
        <ProposeForm model={model} texts={texts} peer={peer} />
      )}
      {peer !== undefined && <ClientForm model={model} texts={texts} peer={peer} />}
    </fieldset>
  );
}

interface PeerProps extends ViewProps {
  readonly peer: PeerView;
}

function PeerActions({ model, texts: { faults }, peer }: PeerProps): JSX.Element {
  const { id, state, isDeaf, clockRate } = peer;
  const isUp = state !== 'down';
  const about = (type: PeerAction['type']): Action => ({ type, peer: id });
  const skew = (rate: number): Action => ({ type: 'skew', peer: id, rate });
  const freeze: readonly [string, Action] =
    state === 'paused' ? [faults.resume, about('resume')] : [faults.pause, about('pause')];
  const offers: readonly (readonly [string, Action])[] = [
    isUp ? [faults.crash, about('crash')] : [faults.restart, about('restart')],
    ...(isUp ? ([[faults.stop, about('stop')], freeze] as const) : []),
    [faults.wipe, about('wipe')],
    isDeaf ? [faults.undeafen, about('undeafen')] : [faults.deafen, about('deafen')],
    ...(clockRate === 1
      ? ([
          [faults.slow, skew(0.5)],
          [faults.fast, skew(2)],
        ] as const)
      : ([[faults.rightClock, skew(1)]] as const)),
  ];
  return (
    <div class="choices">
      {offers.map(([label, action]) => (
        <ActionButton key={label} model={model} action={action} label={label} />
      ))}
    </div>
  );
}

function ProposeForm({ model, texts: { faults }, peer }: PeerProps): JSX.Element {
  const next = Math.max(...model.session.frame.peers.map(({ max }) => max)) + 1;
  const [typedSeq, setTypedSeq] = useState<number | undefined>(undefined);
  const [value, setValue] = useState('');
  const seq = typedSeq ?? next;
  const propose = (event: Event) => {
    event.preventDefault();
    const text = value === '' ? `v${seq}` : value;
    model.act({ type: 'propose', peer: peer.id, seq, value: text });
    setTypedSeq(undefined);
  };
  return (
    <form onSubmit={propose}>
      <label>
        {faults.instance}
        <input
          type="number"
          min={0}
          max={999}
          value={seq}
          onInput={({ currentTarget }) =>
            setTypedSeq(Math.max(0, currentTarget.valueAsNumber || 0))
          }
        />
      </label>
      <label>
        {faults.value}
        <input
          value={value}
          maxLength={20}
          placeholder={`v${seq}`}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
      </label>
      <button type="submit">{faults.propose}</button>
      <button
        type="button"
        onClick={() => model.act({ type: 'done', peer: peer.id, seq: Math.min(seq, next) })}
      >
        {faults.done}
      </button>
    </form>
  );
}

function ClientForm({ model, texts: { faults }, peer }: PeerProps): JSX.Element {
  const [key, setKey] = useState('x');
  const [value, setValue] = useState('1');
  const put = (event: Event) => {
    event.preventDefault();
    model.act({ type: 'put', peer: peer.id, key, value });
  };
  return (
    <form onSubmit={put}>
      <label>
        {faults.key}
        <input
          value={key}
          maxLength={8}
          pattern="\w+"
          required
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
      </label>
      <label>
        {faults.value}
        <input
          value={value}
          maxLength={12}
          onInput={({ currentTarget }) => setValue(currentTarget.value)}
        />
      </label>
      <button type="submit">{faults.put}</button>
      <button type="button" onClick={() => model.act({ type: 'get', peer: peer.id, key })}>
        {faults.get}
      </button>
    </form>
  );
}
