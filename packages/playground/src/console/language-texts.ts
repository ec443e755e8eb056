/** The texts of the console in each language. */
import type { Language } from '../text/words.ts';
import { en } from './en.ts';
import type { ConsoleTexts } from './texts.ts';
import { zh } from './zh.ts';

const texts: Readonly<Record<Language, ConsoleTexts>> = { en, zh };

export function consoleTexts(language: Language): ConsoleTexts {
  return texts[language];
}
