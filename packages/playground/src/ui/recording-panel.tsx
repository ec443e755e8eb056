/** The recording of a server: how a file is opened, and what the page says of it while it is shown. */
import type { JSX } from 'preact';
import { hashOf } from '../engine/timeline/state-hash.ts';
import { stepCountMax, type TraceSession } from '../recording/trace-session.ts';
import type { ViewProps } from './context.ts';

/** The choice of a file. One may also be dropped anywhere on the page. */
export function RecordingFile({ model, texts: { recording: texts } }: ViewProps): JSX.Element {
  const { recordingError } = model;
  const open = (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (file !== undefined) model.openRecording(file.name, bytesOf(file));
    // The same file may be chosen again.
    input.value = '';
  };
  return (
    <div class="recording-file">
      <label>
        {texts.open}
        <input type="file" onChange={({ currentTarget }) => open(currentTarget)} />
      </label>
      <p role="alert">{recordingError !== undefined && texts.errors[recordingError]}</p>
    </div>
  );
}

export async function bytesOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

interface RecordingPanelProps extends ViewProps {
  readonly recording: TraceSession;
}

export function RecordingPanel({ model, texts, recording }: RecordingPanelProps): JSX.Element {
  const { recording: words } = texts;
  const { name, stepCount, section, firstOther } = recording;
  const last = section.to - 1;
  return (
    <section class="panels recording" aria-label={words.heading}>
      <h2>{words.heading}</h2>
      <dl>
        <dt>{words.file}</dt>
        <dd>{name}</dd>
        <dt>{words.steps}</dt>
        <dd>
          {section.from} – {last} / {stepCount}
        </dd>
        <dt>{words.effects}</dt>
        <dd data-effects={firstOther === undefined ? 'same' : 'other'}>
          {firstOther === undefined ? words.same : `${words.other} ${firstOther}`}
        </dd>
        <dt>{words.state}</dt>
        <dd>
          <code data-state={model.isPlaying ? undefined : hashOf(recording.frame)}>
            {model.isPlaying ? '…' : hashOf(recording.frame)}
          </code>
        </dd>
      </dl>
      <p>{words.lead}</p>
      <div class="choices">
        <button
          type="button"
          disabled={section.from === 0}
          onClick={() => model.showSection(section.from - stepCountMax)}
        >
          {words.earlier}
        </button>
        <button
          type="button"
          disabled={section.to >= stepCount}
          onClick={() => model.showSection(section.to)}
        >
          {words.later}
        </button>
        <button type="button" class="main" onClick={() => model.closeRecording()}>
          {words.close}
        </button>
      </div>
    </section>
  );
}
