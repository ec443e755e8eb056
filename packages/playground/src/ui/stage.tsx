/** The stage: peers in a ring, and the messages in transit between them. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { tones } from '../engine/protocol/messages.ts';
import type { FlightView, Frame, PeerView } from '../engine/timeline/frame.ts';
import { messageTexts } from '../text/messages.ts';
import type { PageTexts } from '../text/page-texts.ts';
import type { ViewProps } from './context.ts';
import { messageLabel } from './describe.ts';
import { laneOf, messagePoint, peerPoint, peerRadius, stageSize } from './geometry.ts';
import { listenToGestures } from './gestures.ts';
import type { Model } from './model.ts';

/** The most messages with labels. With more, the labels would cover each other. */
const labelCountMax = 24;

export function Stage({ model, texts }: ViewProps): JSX.Element {
  const { frame } = model.timeline;
  const stage = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    return stage.current === null ? undefined : listenToGestures(stage.current, model);
  }, [model]);
  return (
    <fieldset ref={stage} class="stage plain">
      <legend class="hidden">
        {texts.stage}. {texts.stageHint}
      </legend>
      <div aria-hidden="true">
        <svg viewBox={`0 0 ${stageSize} ${stageSize}`} role="presentation">
          <Links frame={frame} />
          {frame.peers.map((peer) => (
            <Peer key={peer.id} peer={peer} model={model} />
          ))}
          <Flights model={model} />
          <line class="parting" visibility="hidden" />
        </svg>
      </div>
      {frame.peers.map((peer) => (
        <PeerButton key={peer.id} peer={peer} model={model} texts={texts} />
      ))}
    </fieldset>
  );
}

function Links({ frame: { peers, cuts } }: { readonly frame: Frame }): JSX.Element {
  const pairs = peers.flatMap(({ id: from }) =>
    peers.filter(({ id }) => id !== from).map(({ id: to }) => ({ from, to })),
  );
  return (
    <g>
      {pairs.map(({ from, to }) => {
        const { start, end } = laneOf(peerPoint(from, peers.length), peerPoint(to, peers.length));
        const key = `${from}>${to}`;
        const name = cuts.includes(key) ? 'link cut' : 'link';
        return <line key={key} class={name} x1={start.x} y1={start.y} x2={end.x} y2={end.y} />;
      })}
    </g>
  );
}

function Flights({ model }: { readonly model: Model }): JSX.Element {
  const { flights, peers } = model.timeline.frame;
  const hasLabels = flights.length <= labelCountMax;
  const { selection, language } = model;
  const selected = selection.type === 'message' ? selection.id : undefined;
  return (
    <g>
      {flights.map((flight) => {
        const { x, y } = placeOf(flight, peers.length, model);
        const mark = flight.id === selected ? ' selected' : '';
        return (
          <g
            key={flight.id}
            class={`message ${tones[flight.kind]}${mark}`}
            data-message={flight.id}
            transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
          >
            <circle r={5} />
            {hasLabels && <text y={-8}>{messageLabel(flight)}</text>}
            {hasLabels && <title>{messageTexts[flight.kind][language]}</title>}
          </g>
        );
      })}
    </g>
  );
}

/** The position of a message. Without motion a message stays halfway until it arrives. */
function placeOf({ from, to, sentMs, arrivalMs }: FlightView, peerCount: number, model: Model) {
  const passed = (model.player.shownMs - sentMs) / Math.max(0.001, arrivalMs - sentMs);
  const part = model.screen.isStill() ? 0.5 : Math.min(1, Math.max(0, passed));
  return messagePoint(peerPoint(from, peerCount), peerPoint(to, peerCount), part);
}

interface PeerProps {
  readonly peer: PeerView;
  readonly model: Model;
}

function Peer({ peer, model }: PeerProps): JSX.Element {
  const { id, state, isDeaf, isMember, leader, disk } = peer;
  const { x, y } = peerPoint(id, model.timeline.frame.peers.length);
  const classes = [
    'peer',
    state,
    ...(isSelected(model, id) ? ['selected'] : []),
    ...(isDeaf ? ['deaf'] : []),
    ...(isMember ? [] : ['guest']),
  ];
  const corner = { x: peerRadius - 6, y: peerRadius - 12 };
  return (
    <g class={classes.join(' ')} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
      <circle r={peerRadius} />
      {leader === id && (
        <text class="crown" y={-peerRadius - 5}>
          ♛
        </text>
      )}
      <text class="number" y={6}>
        {id}
      </text>
      <text class="last" y={peerRadius + 11}>
        {lastDecided(peer)}
      </text>
      {disk.pending.length > 0 && <rect class="disk" {...corner} width={12} height={12} rx={2} />}
    </g>
  );
}

/** A button over the picture of the peer, for pointers, keys and screen readers. */
function PeerButton({ peer, model, texts }: PeerProps & ViewProps): JSX.Element {
  const { id } = peer;
  const { x, y } = peerPoint(id, model.timeline.frame.peers.length);
  const place = { left: `${(100 * x) / stageSize}%`, top: `${(100 * y) / stageSize}%` };
  return (
    <button
      type="button"
      class="seat"
      style={place}
      data-peer={id}
      aria-label={peerLabel(peer, texts)}
      title={peerLabel(peer, texts)}
      aria-pressed={isSelected(model, id)}
      onClick={() => model.select({ type: 'peer', peer: id })}
    />
  );
}

function isSelected({ selection }: Model, peer: number): boolean {
  return selection.type === 'peer' && selection.peer === peer;
}

function peerLabel(peer: PeerView, { faults, states, log }: PageTexts): string {
  const leader = peer.leader === peer.id ? `, ${log.leader}` : '';
  const writing = peer.disk.pending.length > 0 ? `, ${log.writing}` : '';
  return `${faults.peer} ${peer.id}, ${states[peer.state]}${leader}${writing}`;
}

/** The highest instance that this peer knows to be decided. */
function lastDecided({ instances }: PeerView): string {
  const last = instances.findLast(({ fate }) => fate === 'decided');
  return last === undefined ? '' : shorten(`${last.seq}: ${last.value ?? ''}`);
}

function shorten(text: string): string {
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
}
