/** Mutants of `packages/client/src/retry` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const beyondAll = 'no time is at or after undefined, so the comparison alone is false as well';

export const clientRetryEquivalents: readonly Equivalent[] = [
  ...ofFile('client/src/retry/deadlines.ts', [
    {
      within: 'end',
      original: 'this.due !== undefined && this.#clock.now() >= this.due',
      mutated: 'this.#clock.now() >= this.due',
      because: beyondAll,
    },
    {
      within: 'add',
      original: 'item.due < this.#firesAt',
      mutated: 'item.due <= this.#firesAt',
      because: 'a timer that is set again for the same time fires at that time',
    },
    {
      within: '#take',
      original: 'index < 0 || this.#items[index] !== item',
      mutated: 'this.#items[index] !== item',
      because: 'no list has an item at −1',
    },
    {
      within: '#take',
      original: 'return false;',
      mutated: 'return true;',
      because: 'where no item is left no timer is set, so that there is none to stop',
    },
    {
      within: '#take',
      original: 'last !== undefined && last !== item',
      mutated: 'last !== item',
      because: 'the list has the item, so it has a last one',
    },
    {
      within: '#fire',
      original: 'item.due !== undefined && item.due <= now',
      mutated: 'item.due <= now',
      because: beyondAll,
    },
    {
      within: '#fire',
      original: 'earlier(next, item.due)',
      mutated: 'earlier(item.due, next)',
      because: 'the earlier of two times is the same in either order',
    },
    {
      within: 'onAbort',
      original: 'callbacks.delete(callback)',
      mutated: '!callbacks.delete(callback)',
      because: 'the returned function has no result',
    },
    {
      within: 'listenTo',
      original: 'once: true',
      mutated: 'once: false',
      because: 'a signal fires once',
    },
  ]),
  ...ofFile('client/src/retry/endpoints.ts', [
    {
      within: 'next',
      original: 'step < length',
      mutated: 'step <= length',
      because: 'one step more leads to the preferred one, which is returned after the last step',
    },
  ]),
  ...ofFile('client/src/retry/retry.ts', [
    {
      within: '#choose',
      original: 'tried.length === 0',
      mutated: 'false',
      because: 'a list without those tried is all of them if none was',
    },
    {
      within: '#retry',
      original: 'timeoutMs !== undefined && clock.now() - last.begunMs >= timeoutMs',
      mutated: 'clock.now() - last.begunMs >= timeoutMs',
      because: beyondAll,
    },
    {
      within: 'retryAfterMsOf',
      original: 'error instanceof KvError && error.retryAfterMs',
      mutated: 'error.retryAfterMs',
      because: 'no other error says how long to wait',
    },
    {
      within: '#report',
      original: "this.#events?.has('retry') && error instanceof Error",
      mutated: "this.#events?.has('retry')",
      because: 'the outcome of the attempts has thrown what is no error of a server or an exchange',
    },
  ]),
  ...ofFile('client/src/retry/timed-attempt.ts', [
    {
      within: 'timerIndex',
      original: 'timerIndex = -1;',
      mutated: 'timerIndex = -0;',
      because: 'an index counts only where the list has the item',
    },
    {
      within: 'timerIndex',
      original: '-1',
      mutated: '1',
      because: 'an index counts only where the list has the item',
    },
    {
      within: 'onDue',
      original: 'this.due === undefined || (callDue !== undefined && this.due >= callDue)',
      mutated: '(callDue !== undefined && this.due >= callDue)',
      because: 'the timer calls nothing that has no deadline',
    },
    {
      within: 'onDue',
      original: 'callDue !== undefined && this.due >= callDue',
      mutated: 'this.due >= callDue',
      because: beyondAll,
    },
  ]),
];
