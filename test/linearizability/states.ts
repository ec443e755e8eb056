/** Numbers for states, equal for equal states, so that a remembered state takes the memory of a number. */
import type { State } from './model.ts';

export class States {
  readonly #byContent = new Map<string, number>();
  readonly #byObject = new WeakMap<State, number>();

  numberOf(state: State): number {
    const known = this.#byObject.get(state);
    if (known !== undefined) return known;
    const value = state.value === undefined ? '-' : `+${state.value}`;
    const content = `${state.revision}${state.isExact ? '=' : '<'}${value}`;
    const number = this.#byContent.get(content) ?? this.#byContent.size;
    this.#byContent.set(content, number);
    this.#byObject.set(state, number);
    return number;
  }
}
