/** Model of the console: the latest status, its history, and what the visitor does with keys. */
import type { Language } from '../text/words.ts';
import { History } from './history.ts';
import { KeyBrowser } from './key-browser.ts';
import { type Fetch, type KeyCommand, type KeyResult, sendKeyCommand } from './key-requests.ts';
import { Poller } from './poller.ts';
import type { StatusView } from './status-view.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const recentKeyCountMax = 12;

/** What the model takes from the browser. */
export interface ConsoleSurroundings {
  readonly fetch: Fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly schedule: (callback: () => void, afterMs: number) => () => void;
  readonly isVisible: () => boolean;
  /** The protocol of the page, with its colon. */
  readonly protocol: string;
}

/** A command about a key, and its result once it is there. */
export interface KeyCall {
  readonly command: KeyCommand;
  readonly result: KeyResult | undefined;
}

export class ConsoleModel {
  readonly history = new History();
  readonly protocol: string;
  /** The keys that the visitor has listed. */
  readonly browser: KeyBrowser;
  readonly #surroundings: ConsoleSurroundings;
  readonly #poller: Poller;
  readonly #listeners = new Set<() => void>();
  #language: Language;
  #status: StatusView | undefined;
  #silentSinceMs: number | undefined;
  #call: KeyCall | undefined;
  #recentKeys: readonly string[] = [];

  constructor(language: Language, surroundings: ConsoleSurroundings) {
    this.#language = language;
    this.#surroundings = surroundings;
    this.protocol = surroundings.protocol;
    const { fetch, schedule, isVisible } = surroundings;
    this.browser = new KeyBrowser(fetch, () => this.#changed());
    this.#poller = new Poller({
      fetch,
      schedule,
      isVisible,
      onStatus: (status) => this.#onStatus(status),
      onSilence: () => this.#onSilence(),
    });
  }

  get language(): Language {
    return this.#language;
  }

  /** The latest status. It stays when the server falls silent. */
  get status(): StatusView | undefined {
    return this.#status;
  }

  /** When the latest status arrived. */
  get statusMs(): number {
    return this.history.samples.at(-1)?.atMs ?? 0;
  }

  get isSilent(): boolean {
    return this.#silentSinceMs !== undefined;
  }

  get verdict(): Verdict | undefined {
    return verdictOf({
      status: this.#status,
      history: this.history,
      nowMs: this.#surroundings.now(),
      silentSinceMs: this.#silentSinceMs,
    });
  }

  /** The latest command about a key. */
  get call(): KeyCall | undefined {
    return this.#call;
  }

  /** The keys of earlier commands, latest first. */
  get recentKeys(): readonly string[] {
    return this.#recentKeys;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setLanguage(language: Language): void {
    this.#language = language;
    this.#changed();
  }

  /** Asks for the status now, and regularly from then on. */
  poll(): Promise<void> {
    return this.#poller.poll();
  }

  /** Sends a command about a key. One is under way at a time; further ones are ignored. */
  async send(command: KeyCommand): Promise<KeyResult | undefined> {
    if (this.#call !== undefined && this.#call.result === undefined) return undefined;
    const { key } = command;
    const others = this.#recentKeys.filter((each) => each !== key);
    this.#recentKeys = [key, ...others].slice(0, recentKeyCountMax);
    this.#call = { command, result: undefined };
    this.#changed();
    const result = await sendKeyCommand(this.#surroundings.fetch, command);
    this.#call = { command, result };
    this.#changed();
    return result;
  }

  #onStatus(status: StatusView): void {
    this.#status = status;
    this.#silentSinceMs = undefined;
    this.history.add(status, this.#surroundings.now());
    this.#changed();
  }

  #onSilence(): void {
    this.#silentSinceMs ??= this.#surroundings.now();
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
