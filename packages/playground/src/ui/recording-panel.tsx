/** The recording of a server: how a file is opened, and what the page says of it while it is shown. */
import type { JSX } from 'preact';
import { hashOf } from '../engine/timeline/state-hash.ts';
import type { TraceSession } from '../recording/trace-session.ts';
import type { ViewProps } from './context.ts';
import type { Model } from './model.ts';

/** The choice of a file. One may also be dropped anywhere on the page. */
export function RecordingFile({ model, texts: { recording: texts } }: ViewProps): JSX.Element {
  const { error } = model.recordingSlot;
  const open = (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (file !== undefined) openFile(file, model);
    // The same file may be chosen again.
    input.value = '';
  };
  return (
    <div class="recording-file">
      <label class="file">
        {texts.open}
        <input class="hidden" type="file" onChange={({ currentTarget }) => open(currentTarget)} />
      </label>
      <p role="alert">{error !== undefined && texts.errors[error]}</p>
    </div>
  );
}

export function openFile(file: File, model: Model): void {
  const bytes = file.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  model.withRecording((slot) => slot.open(file.name, bytes));
}

interface RecordingPanelProps extends ViewProps {
  readonly recording: TraceSession;
}

export function RecordingPanel({ model, texts, recording }: RecordingPanelProps): JSX.Element {
  const { recording: words } = texts;
  const { name, stepCount, sectionLength, section, firstOther } = recording;
  const last = section.to - 1;
  const show = (from: number) => model.withRecording(() => recording.showSection(from));
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
          onClick={() => show(section.from - sectionLength)}
        >
          {words.earlier}
        </button>
        <button type="button" disabled={section.to >= stepCount} onClick={() => show(section.to)}>
          {words.later}
        </button>
        <button
          type="button"
          class="main"
          onClick={() => model.withRecording((slot) => slot.close())}
        >
          {words.close}
        </button>
      </div>
    </section>
  );
}
