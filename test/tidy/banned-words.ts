/**
 * Words that this project does not use, with the word to use instead. The glossary in docs/protocol.md
 * defines the terms.
 */

export interface BannedWord {
  /** Matched against a line in lower case in which the parts of identifiers are separate words. */
  readonly pattern: RegExp;
  readonly use: string;
}

export const bannedWords: readonly BannedWord[] = [
  // Agreement.
  { pattern: /\bcanvass(?:es|ed|ing)?\b/, use: 'pre-vote' },
  { pattern: /\bendors(?:e|es|ed|ing|ement)\b/, use: 'grant a pre-vote' },
  { pattern: /\boutbid(?:s|ding)?\b/, use: 'rejected' },
  { pattern: /\binterregnum\b/, use: 'leaderless grace period' },
  { pattern: /\bvigils?\b/, use: 'failure detector, election timer' },
  { pattern: /\bfors(?:ake|akes|aken|ook)\b/, use: 'clear the leader' },
  { pattern: /\b(?:standing|mandate)s?\b/, use: 'role, leader state' },
  { pattern: /\bsurvey(?:s|ed|ing)?\b/, use: 'quorum read' },
  { pattern: /\briding (?:news|notices?)\b/, use: 'piggybacked notices' },
  { pattern: /\bneedless(?:ly)?\b/, use: 'skip' },
  { pattern: /\b(?:former|new|own) life\b|\blives of\b/, use: 'incarnation' },
  { pattern: /\bpatience\b/, use: 'retry delay, deadline' },
  { pattern: /\bnews\b/, use: 'commit notice, notice' },
  { pattern: /\btellings?\b/, use: 'notify, notice' },
  { pattern: /\bdisregard(?:s|ed|ing)?\b/, use: 'discard, ignore' },
  // Servers, clients and the tests' own words.
  { pattern: /\bhand(?:s|ed)? in\b/, use: 'forward' },
  { pattern: /\bdoors?\b/, use: 'listener, entry point' },
  { pattern: /\bdeeds?\b/, use: 'cached reply' },
  { pattern: /\b(?:log )?hole(?= )(?! ?s in paxos)/, use: 'log gap' },
  { pattern: /\bremed(?:y|ies)\b/, use: 'recovery action' },
  { pattern: /\bwhoever\b/, use: 'the subject that acts' },
  { pattern: /\bpart(?:s|ed)? ways\b/, use: 'diverge' },
  { pattern: /\bstrangers?\b/, use: 'unauthenticated connection' },
  { pattern: /\bhorizons?\b/, use: 'plausibility bounds' },
  { pattern: /\bentrances?\b/, use: 'admission' },
  { pattern: /\bpursuits?\b/, use: 'call' },
  { pattern: /\btall(?:y|ies|ied)\b/, use: 'votes, checksum, outcome' },
  { pattern: /\b(?:pay|take)s? (?:no )?heed\b/, use: 'ignore, observe' },
  { pattern: /\bmischief\b/, use: 'nemesis, fault injection' },
  { pattern: /\bwounds?\b/, use: 'corruption, damage' },
  { pattern: /\bknows? amnesia\b/, use: 'reports lost memory' },
];

/** A sentence of a document must not open with one of these: its subject is the thing that acts. */
export const bannedOpening = /(?:^|[.!?:|] |^[-*>] |^\d+\. )(?:Who|Whose|Whom|Whoever|Beside)\b/;

/** The same for comments, where "Of" opens a fragment that needs the name below it. */
export const bannedCommentOpening = /^\s*(?:\/\*\*|\*|\/\/) (?:Who|Whose|Whom|Whoever|Beside|Of)\b/;

/** Separates the parts of identifiers: `isLogGap` and `log-gap` become words. */
export function toWords(line: string): string {
  return line
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .replace(/[_-]/g, ' ')
    .toLowerCase();
}
