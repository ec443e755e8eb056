/** The context of every view: the model, and the texts in the chosen language. */
import { useEffect, useState } from 'preact/hooks';
import { en } from '../text/en.ts';
import type { PageTexts } from '../text/page-texts.ts';
import type { Language } from '../text/words.ts';
import { zh } from '../text/zh.ts';
import type { Model } from './model.ts';

export interface ViewProps {
  readonly model: Model;
  readonly texts: PageTexts;
}

const pageTexts: Readonly<Record<Language, PageTexts>> = { en, zh };

export function textsOf(language: Language): PageTexts {
  return pageTexts[language];
}

/** Renders the view again whenever the model has changed. */
export function useModel(model: Model): void {
  const [, setVersion] = useState(0);
  useEffect(() => model.subscribe(() => setVersion((version) => version + 1)), [model]);
}
