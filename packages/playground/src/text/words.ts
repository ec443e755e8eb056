/** Words: a text in each language of the page. */

export const languages = ['en', 'zh'] as const;

export type Language = (typeof languages)[number];

export type Words = Readonly<Record<Language, string>>;

export function isLanguage(text: string | null): text is Language {
  return languages.some((language) => language === text);
}
