/** Alternation: two sources that take turns. While one has nothing, the other is asked each time. */

export class Alternation {
  #isSecondsTurn = false;

  /** The next item, of that source whose turn it is if it has one. The first source begins. */
  take<T>(first: () => T | undefined, second: () => T | undefined): T | undefined {
    const isSecondsTurn = this.#isSecondsTurn;
    const item = isSecondsTurn ? second() : first();
    if (item === undefined) return isSecondsTurn ? first() : second();
    this.#isSecondsTurn = !isSecondsTurn;
    return item;
  }
}
