/**
 * Small random changes to a history: an answer changes, or loses fields. Most of them violate the history;
 * some do not, and the result does not say which.
 */
import type { SeededRandom } from '@paxkv/simulator';
import type { Answer, HistoryEvent, Ok } from '../history/event.ts';
import type { GetAnswer } from '../history/operation.ts';

/** The history with one answer changed, if it has any. */
export function withMutation(
  events: readonly HistoryEvent[],
  random: SeededRandom,
): readonly HistoryEvent[] {
  const answered = events.filter((event): event is Ok => event.type === 'ok');
  if (answered.length === 0) return events;
  const victim = random.pick(answered);
  const answer =
    victim.answer.name === 'get' && random.chance(0.3)
      ? anotherRead(victim.answer, answered, random)
      : changed(victim.answer, random);
  return events.map((event) => (event === victim ? { ...victim, answer } : event));
}

/** A value that another get read, or a part of it. */
function anotherRead(answer: GetAnswer, answered: readonly Ok[], random: SeededRandom): Answer {
  const values = answered.flatMap(({ answer: other }) =>
    other.name === 'get' ? (other.value ?? []) : [],
  );
  if (values.length === 0) return { name: 'get', ...answer };
  const value = random.pick(values);
  const pieces = value.match(/<\d+>|./g) ?? [];
  const part = random.chance(0.5) ? pieces : random.shuffle(pieces).slice(random.integer(0, 1));
  return { name: 'get', ...answer, value: part.join('') };
}

function changed(answer: Answer, random: SeededRandom): Answer {
  if (random.chance(0.2)) {
    const { name } = answer;
    return name === 'get' ? { name, value: answer.value } : { name };
  }
  const shift = random.pick([-1, 1]);
  const revision = answer.revision === undefined ? {} : { revision: answer.revision + shift };
  switch (answer.name) {
    case 'get':
      if (random.chance(0.2)) return { name: 'get', value: undefined };
      return answer.value !== undefined && random.chance(0.3)
        ? { ...answer, ...revision }
        : { ...answer, value: random.pick(['a', 'b', 'ab', 'ba', 'aa']) };
    case 'put':
      return { ...answer, ...revision };
    case 'increment': {
      const { value, ...rest } = answer;
      if (value === undefined || random.chance(0.5)) return { ...answer, ...revision };
      return { ...rest, value: String(Number(value) + shift) };
    }
    case 'append': {
      const { length, ...rest } = answer;
      if (length === undefined || random.chance(0.5)) return { ...answer, ...revision };
      return { ...rest, length: length + shift };
    }
    case 'delete': {
      const { deleted, ...rest } = answer;
      if (deleted === undefined || random.chance(0.3)) return { ...answer, ...revision };
      return { ...rest, deleted: !deleted };
    }
  }
}
