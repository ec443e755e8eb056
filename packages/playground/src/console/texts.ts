/** The texts of the console, by purpose. Sentences with numbers in them are functions. */
import type { Measure } from './history.ts';
import type { KeyResult, Outcome } from './key-requests.ts';
import type { ServerState, StatusView } from './status-view.ts';
import type { Finding, Severity } from './verdict.ts';

type FindingTexts = {
  readonly [Type in Finding['type']]: (finding: Extract<Finding, { type: Type }>) => string;
};

type ResultTexts = {
  readonly [Type in KeyResult['type']]: (result: Extract<KeyResult, { type: Type }>) => string;
};

export interface ConsoleTexts {
  readonly title: string;
  readonly lead: (status: StatusView) => string;
  readonly level: (featureLevel: number) => string;
  readonly language: string;
  readonly waiting: string;
  readonly verdict: Readonly<Record<Severity, string>> & { readonly heading: string };
  readonly findings: FindingTexts;
  readonly members: Readonly<
    Record<
      | 'heading'
      | 'node'
      | 'role'
      | 'connection'
      | 'roundTrip'
      | 'lacking'
      | 'console'
      | 'leader'
      | 'follower'
      | 'here'
      | 'connected'
      | 'lost'
      | 'open'
      | 'ring',
      string
    >
  >;
  readonly states: Readonly<Record<ServerState, string>>;
  readonly figures: Readonly<Record<'heading' | 'perSecond' | 'none', string>>;
  readonly measures: Readonly<Record<Measure, string>>;
  readonly elections: {
    readonly heading: string;
    readonly none: string;
    readonly last: (leader: number, time: string) => string;
    readonly change: (before: number | undefined, after: number | undefined) => string;
  };
  readonly keys: Readonly<
    Record<
      | 'heading'
      | 'hint'
      | 'key'
      | 'value'
      | 'get'
      | 'put'
      | 'append'
      | 'increment'
      | 'by'
      | 'delete'
      | 'confirm'
      | 'cancel'
      | 'recent'
      | 'pending'
      | 'binary'
      | 'revision'
      | 'created'
      | 'version'
      | 'bytes',
      string
    >
  >;
  readonly listing: Readonly<Record<'prefix' | 'list' | 'found' | 'more', string>> & {
    readonly count: (count: number, hasMore: boolean) => string;
  };
  readonly results: ResultTexts;
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly all: Readonly<Record<'heading' | 'member' | 'value', string>>;
}
