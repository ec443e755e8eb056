/**
 * Eight typical violations, each injected into a correct history in which every write has a unique piece
 * (see `randomHistory`). Each is chosen so that the history is certainly violated, and is otherwise
 * changed as little as possible.
 *
 * | Kind | What is injected |
 * | --- | --- |
 * | stale read | a get returns the value before a write that had ended |
 * | lost write | an acknowledged append is in no value read |
 * | duplicate apply | an append is twice in the values read |
 * | value from nowhere | a get returns a value that was never written |
 * | resurrected delete | a get after a delete returns the value before it |
 * | read going back | the second of two consecutive readers gets the older value |
 * | reordered appends | the second of two consecutive appends comes first |
 * | failed write that appears | a write that was read is reported as failed |
 */
import type { SeededRandom } from '@paxkv/simulator';
import type { Operation } from '../history/operation.ts';
import {
  endOf,
  isBefore,
  pickSeen,
  readsOf,
  repeatAnswer,
  withAnswer,
  withValues,
  writesIn,
} from './injection.ts';

/** The operations with the anomaly in them, or `undefined` if they are not suitable for it. */
export type Inject = (
  operations: readonly Operation[],
  random: SeededRandom,
) => Operation[] | undefined;

export const anomalies: Readonly<Record<string, Inject>> = {
  'stale read': (operations, random) =>
    repeatAnswer(operations, random, (late) =>
      operations.filter((one) => 'value' in one && isAnswered(one) && isBefore(one, late)),
    ),

  'lost write': (operations, random) => {
    const lost = pickSeen(operations, random, ({ get, writes, at }) => {
      const [base, write] = [writes[0], writes[at]];
      if (base?.name !== 'put' || write?.name !== 'append') return false;
      return isBefore(base, write) && isBefore(write, get);
    });
    return lost && withValues(operations, (value) => value.replace(lost.value, ''));
  },

  'duplicate apply': (operations, random) => {
    const twice = pickSeen(operations, random, ({ writes, at }) => writes[at]?.name === 'append');
    if (twice === undefined) return undefined;
    return withValues(operations, (value) => value.replace(twice.value, twice.value.repeat(2)));
  },

  'value from nowhere': (operations, random) => {
    const [read] = random.shuffle(readsOf(operations));
    return read && withAnswer(operations, read.get, { ...read.answer, value: '<nowhere>' });
  },

  'resurrected delete': (operations, random) =>
    repeatAnswer(operations, random, (late) =>
      operations.filter((one) => one.name === 'delete' && isAnswered(one) && isBefore(one, late)),
    ),

  'read going back': (operations, random) => {
    const reads = readsOf(operations).map(({ get, value }) => {
      return { get, newest: writesIn(value, operations).at(-1) };
    });
    return repeatAnswer(operations, random, (late) =>
      reads.flatMap(({ get, newest }) => {
        const isOther = get.process !== late.process && isBefore(get, late);
        const isUnderWay = newest !== undefined && !isBefore(newest, late);
        return isOther && isUnderWay ? [get] : [];
      }),
    );
  },

  'reordered appends': (operations, random) => {
    const second = pickSeen(operations, random, ({ writes, at }) => {
      const [one, two] = [writes[at - 1], writes[at]];
      return one?.name === 'append' && two?.name === 'append' && isBefore(one, two);
    });
    if (second === undefined) return undefined;
    const pair = new RegExp(`(<\\d+>)(${second.value})`);
    return withValues(operations, (value) => value.replace(pair, '$2$1'));
  },

  'failed write that appears': (operations, random) => {
    const seen = pickSeen(operations, random, ({ writes, at }) => writes[at]?.fate.name === 'ok');
    if (seen === undefined) return undefined;
    const fate = { name: 'failed', position: endOf(seen), code: 'drawn' } as const;
    return operations.map((one) => (one === seen ? { ...seen, fate } : one));
  },
};

/** Only an answered operation has certainly taken effect by its end. */
function isAnswered({ fate }: Operation): boolean {
  return fate.name === 'ok';
}
