/** The console as a whole. */
import type { JSX } from 'preact';
import { languages } from '../../text/words.ts';
import type { ConsoleModel } from '../console-model.ts';
import { consoleTexts } from '../language-texts.ts';
import { AllFacts } from './all-facts.tsx';
import { Elections } from './elections.tsx';
import { Figures } from './figures.tsx';
import { KeyPanel } from './key-panel.tsx';
import { MemberRing } from './member-ring.tsx';
import { MemberTable } from './member-table.tsx';
import { VerdictPanel } from './verdict-panel.tsx';
import { type ConsoleProps, useConsoleModel } from './view-props.ts';

export function ConsoleApp({ model }: { readonly model: ConsoleModel }): JSX.Element {
  useConsoleModel(model);
  const { status, language } = model;
  const props = { model, texts: consoleTexts(language) };
  return (
    <>
      <Header {...props} />
      <main class={model.isSilent ? 'old' : ''}>
        <VerdictPanel {...props} />
        {status !== undefined && (
          <>
            <section class="panel members">
              <h2>{props.texts.members.heading}</h2>
              <MemberRing {...props} status={status} />
              <MemberTable {...props} status={status} />
            </section>
            <Figures {...props} status={status} />
          </>
        )}
        <KeyPanel {...props} />
        {status !== undefined && <Elections {...props} status={status} />}
        {status !== undefined && <AllFacts {...props} status={status} />}
      </main>
    </>
  );
}

function Header({ model, texts }: ConsoleProps): JSX.Element {
  const { status } = model;
  return (
    <header>
      <h1>{texts.title}</h1>
      <p>
        {status !== undefined && texts.lead(status)}{' '}
        {status?.featureLevel !== undefined && texts.level(status.featureLevel)}
      </p>
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
    </header>
  );
}
