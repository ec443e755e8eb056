/** RequestIds: names of requests and of streams, unique among the servers and their runs. */
import { randomBytes } from 'node:crypto';

export class RequestIds {
  /** 60 random bits, so that two runs never share it. */
  readonly #run = randomBytes(8).toString('base64url').slice(0, 10);
  #count = 0;

  /** Such as `q3Jv0a_8Xw-2f`. It can be neither guessed nor mistaken for one of another run. */
  next(): string {
    this.#count += 1;
    return `${this.#run}-${this.#count.toString(36)}`;
  }
}
