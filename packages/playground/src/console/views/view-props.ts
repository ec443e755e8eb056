/** What every view of the console gets: the model, and the texts in the chosen language. */
import { useEffect, useState } from 'preact/hooks';
import type { ConsoleModel } from '../console-model.ts';
import type { StatusView } from '../status-view.ts';
import type { ConsoleTexts } from '../texts.ts';

export interface ConsoleProps {
  readonly model: ConsoleModel;
  readonly texts: ConsoleTexts;
}

/** For views of a status, which are shown once there is one. */
export interface StatusProps extends ConsoleProps {
  readonly status: StatusView;
}

/** Renders the view again whenever the model has changed. */
export function useConsoleModel(model: ConsoleModel): void {
  const [, setVersion] = useState(0);
  useEffect(() => model.subscribe(() => setVersion((version) => version + 1)), [model]);
}
