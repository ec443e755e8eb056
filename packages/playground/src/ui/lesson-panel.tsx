/** The lessons: choose one, and go through its steps. */
import type { JSX } from 'preact';
import type { Lesson } from '../lessons/lesson.ts';
import { lessons } from '../lessons/lessons.ts';
import type { Progress } from '../lessons/progress.ts';
import type { ViewProps } from './context.ts';
import { actionText } from './describe.ts';

/** A step with at most this many actions lists each of them. */
const listedCountMax = 6;

export function LessonPanel({ model, texts }: ViewProps): JSX.Element {
  return model.progress === undefined ? (
    <LessonList model={model} texts={texts} />
  ) : (
    <Steps model={model} texts={texts} progress={model.progress} />
  );
}

function LessonList({ model, texts: { lesson } }: ViewProps): JSX.Element {
  const titles = (group: Lesson['group']) =>
    lessons
      .filter((each) => each.group === group)
      .map(({ id, title }) => (
        <li key={id}>
          <button type="button" data-lesson={id} onClick={() => model.beginLesson(id)}>
            {title[model.language]}
          </button>
        </li>
      ));
  return (
    <div class="lesson">
      <h2>{lesson.lessons}</h2>
      <ol class="titles">{titles('lesson')}</ol>
      <h2>{lesson.mit}</h2>
      <ol class="titles">{titles('mit')}</ol>
    </div>
  );
}

interface StepsProps extends ViewProps {
  readonly progress: Progress;
}

function Steps({ model, texts, progress }: StepsProps): JSX.Element {
  const { language } = model;
  const { lesson } = texts;
  const [done, steps] = [progress.doneCount, progress.lesson.steps];
  return (
    <div class="lesson">
      <h2>{progress.lesson.title[language]}</h2>
      <ol class="steps">
        {steps.slice(0, done + 1).map((step, index) => (
          <li key={step.text.en} class={index < done ? 'done' : 'now'}>
            <p>
              {step.text[language]}
              {index < done && (
                <span class="reached">
                  {' '}
                  ✓<span class="hidden"> {lesson.reached}</span>
                </span>
              )}
            </p>
            {index === done && <StepActions model={model} texts={texts} />}
          </li>
        ))}
      </ol>
      <p role="status">
        {done === steps.length ? lesson.done : `${lesson.step} ${done + 1} / ${steps.length}`}
      </p>
      <button type="button" onClick={() => model.leaveLesson()}>
        {lesson.all}
      </button>
    </div>
  );
}

function StepActions({ model, texts: { lesson } }: ViewProps): JSX.Element {
  const actions = model.progress?.step?.actions ?? [];
  const more = actions.length - listedCountMax;
  return (
    <>
      {actions.length > 0 && (
        <ul class="offers">
          {actions.slice(0, listedCountMax).map((action) => (
            <li key={actionText(action)}>{actionText(action)}</li>
          ))}
          {more > 0 && <li>… + {more}</li>}
        </ul>
      )}
      <button type="button" class="main" data-step onClick={() => model.doStep()}>
        {actions.length > 0 ? lesson.act : lesson.actPlain}
      </button>
    </>
  );
}
