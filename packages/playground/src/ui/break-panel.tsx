/** The panel for breaking the core: the robot, and mistakes to build in. */
import type { JSX } from 'preact';
import { mutantTextsZh } from '../text/mutant-texts.ts';
import type { ViewProps } from './context.ts';

export function BreakPanel({ model, texts }: ViewProps): JSX.Element {
  return (
    <>
      <Robot model={model} texts={texts} />
      <Mutants model={model} texts={texts} />
    </>
  );
}

function Robot({ model, texts: { breakIt } }: ViewProps): JSX.Element {
  const { robot } = model;
  const { counts, found } = robot;
  return (
    <fieldset>
      <legend>{breakIt.robot}</legend>
      <button
        type="button"
        class="main"
        onClick={() => (robot.isRunning ? robot.stop() : model.startRobot())}
      >
        {robot.isRunning ? breakIt.robotStop : breakIt.robotStart}
      </button>
      <p data-robot>
        {counts.runs} {breakIt.runs}, {counts.moments} {breakIt.events}, {counts.faults}{' '}
        {breakIt.faults}
      </p>
      {found !== undefined && (
        <p role="alert">
          {breakIt.found} {found.violations.at(-1)?.evidence}{' '}
          <button type="button" onClick={() => model.show(found.recording)}>
            {breakIt.look}
          </button>
        </p>
      )}
    </fieldset>
  );
}

function Mutants({ model, texts: { breakIt } }: ViewProps): JSX.Element {
  const { settings } = model.session;
  const { language } = model;
  return (
    <fieldset>
      <legend>{breakIt.mutants}</legend>
      <p>{breakIt.mutantsLead}</p>
      <ul class="mutants">
        {model.mutants.map(({ id, does }) => (
          <li key={id} data-mutant={id}>
            <p>{(language === 'zh' && mutantTextsZh[id]) || does}</p>
            {settings.mutant === id ? (
              <strong>{breakIt.active}</strong>
            ) : (
              <button type="button" onClick={() => model.begin({ ...settings, mutant: id })}>
                {breakIt.use}
              </button>
            )}
            <button type="button" data-attack onClick={() => model.showAttack(id)}>
              {breakIt.attack}
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
