/** The page as a whole. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { languages } from '../text/words.ts';
import { BreakPanel } from './break-panel.tsx';
import { CallsTable } from './calls-table.tsx';
import { textsOf, useModel, type ViewProps } from './context.ts';
import { ExplanationView } from './explanation.tsx';
import { LampRow } from './lamp-row.tsx';
import { LessonPanel } from './lesson-panel.tsx';
import { LogTable } from './log-table.tsx';
import type { Model, Tab } from './model.ts';
import { MessagesPanel, NetworkPanel } from './network-panel.tsx';
import { PeerPanel } from './peer-panel.tsx';
import { RecordingFile, RecordingPanel } from './recording-panel.tsx';
import { RunForm, Share } from './run-form.tsx';
import { SequenceChart } from './sequence-chart.tsx';
import { Stage } from './stage.tsx';
import { TimeControls } from './time-controls.tsx';

export function App({ model }: { readonly model: Model }): JSX.Element {
  useModel(model);
  const texts = textsOf(model.language);
  const props = { model, texts };
  // Parts that do not change in each frame of the page keep their elements, so they are not rendered again.
  const [header, lamps, explanation, rest] = useMemo(
    () => [
      <Header key="header" {...props} />,
      model.recording === undefined && <LampRow key="lamps" {...props} />,
      <ExplanationView key="explanation" {...props} />,
      <Rest key="rest" {...props} />,
    ],
    [model.version],
  );
  return (
    <>
      {header}
      <main>
        <div class="theatre">
          {lamps}
          <Stage {...props} />
          <TimeControls {...props} />
          {explanation}
        </div>
        {rest}
      </main>
    </>
  );
}

function Rest(props: ViewProps): JSX.Element {
  const { recording } = props.model;
  return (
    <>
      {recording === undefined ? (
        <Panels {...props} />
      ) : (
        <RecordingPanel {...props} recording={recording} />
      )}
      <LogTable {...props} />
      {recording === undefined && <CallsTable {...props} />}
      <SequenceChart {...props} />
    </>
  );
}

function Header({ model, texts }: ViewProps): JSX.Element {
  return (
    <header>
      <h1>{texts.title}</h1>
      <p>{texts.lead}</p>
      <fieldset class="choices plain">
        <legend class="hidden">{texts.language}</legend>
        {languages.map((language) => (
          <button
            key={language}
            type="button"
            lang={language}
            aria-pressed={language === model.language}
            onClick={() => model.setLanguage(language)}
          >
            {language === 'en' ? 'English' : '中文'}
          </button>
        ))}
      </fieldset>
      <RunForm model={model} texts={texts} />
      <div class="sharing">
        <Share model={model} texts={texts} />
        <RecordingFile model={model} texts={texts} />
      </div>
    </header>
  );
}

const tabs: readonly Tab[] = ['lessons', 'faults', 'breakIt'];

function Panels({ model, texts }: ViewProps): JSX.Element {
  const props = { model, texts };
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(tabs.indexOf(model.tab) + by + tabs.length) % tabs.length];
    if (by === 0 || next === undefined) return;
    event.stopPropagation();
    model.setTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="panels">
      <div role="tablist" onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === model.tab}
            aria-controls="panel"
            tabIndex={tab === model.tab ? 0 : -1}
            onClick={() => model.setTab(tab)}
          >
            {texts.tabs[tab]}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${model.tab}`}>
        {model.tab === 'lessons' && <LessonPanel {...props} />}
        {model.tab === 'faults' && <PeerPanel {...props} />}
        {model.tab === 'faults' && <NetworkPanel {...props} />}
        {model.tab === 'faults' && <MessagesPanel {...props} />}
        {model.tab === 'breakIt' && <BreakPanel {...props} />}
      </div>
    </div>
  );
}
