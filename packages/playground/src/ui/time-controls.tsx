/** The time controls: play, pause, step, and a slider over the whole run. */
import type { JSX } from 'preact';
import { momentMax } from '../engine/timeline/session.ts';
import type { ViewProps } from './context.ts';
import { Icon, type IconName } from './icon.tsx';
import { type Speed, speeds } from './player.ts';

export function TimeControls({ model, texts }: ViewProps): JSX.Element {
  const { timeline, recording, session, isPlaying, isQuiet } = model;
  const { cursor, head, frame } = timeline;
  const { time } = texts;
  const end = recording === undefined ? time.quiet : time.recordingEnd;
  const isFull = recording === undefined && session.head >= momentMax;
  const notice = isFull ? time.full : isQuiet ? end : '';
  return (
    <section class="time" aria-label={time.heading}>
      <div class="buttons">
        <IconButton label={time.start} icon="start" onClick={() => model.seek(0)} />
        <IconButton label={time.back} icon="back" onClick={() => model.back()} />
        <button
          type="button"
          class="main"
          aria-label={isPlaying ? time.pause : time.play}
          title={isPlaying ? time.pause : time.play}
          onClick={() => (isPlaying ? model.pause() : model.play())}
        >
          <Icon name={isPlaying ? 'pause' : 'play'} />
        </button>
        <IconButton label={time.step} icon="step" onClick={() => model.step()} />
        <IconButton label={time.end} icon="end" onClick={() => model.seek(head)} />
        <SpeedChoice model={model} texts={texts} />
        <span class="clock">{frame.timeMs.toFixed(1)} ms</span>
      </div>
      <label class="slider">
        <span>
          {time.moment} {cursor} / {head}
        </span>
        <input
          type="range"
          min={0}
          max={head}
          value={cursor}
          onInput={(event) => model.seek(Number(event.currentTarget.value))}
        />
      </label>
      <p class="notice" role="status">
        {notice}
      </p>
      {recording === undefined && <LeftWays model={model} texts={texts} />}
    </section>
  );
}

/** The runs that were abandoned when the visitor continued from an earlier moment. */
function LeftWays({ model, texts }: ViewProps): JSX.Element | null {
  const { left } = model.session;
  if (left.length === 0) return null;
  return (
    <details>
      <summary>{texts.time.left}</summary>
      <ul class="left">
        {left.map((recording, index) => (
          <li key={`${index}-${recording.moment}`}>
            <button type="button" onClick={() => model.show(recording)}>
              {index + 1}: {texts.time.moment} {recording.moment}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly icon: IconName;
  readonly onClick: () => void;
}

function IconButton({ label, icon, onClick }: IconButtonProps): JSX.Element {
  return (
    <button type="button" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function SpeedChoice({ model, texts }: ViewProps): JSX.Element {
  const choose = (text: string) => {
    const speed: Speed | undefined = speeds.find((each) => `${each}` === text);
    if (speed !== undefined) model.setSpeed(speed);
  };
  return (
    <label>
      <span class="hidden">{texts.time.speed}</span>
      <select value={model.player.speed} onChange={(event) => choose(event.currentTarget.value)}>
        {speeds.map((speed) => (
          <option key={speed} value={speed}>
            {speed} ms/s
          </option>
        ))}
      </select>
    </label>
  );
}
