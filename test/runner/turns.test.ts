import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Company, Turns, takeTurn } from './turns.ts';

describe('Turns', () => {
  let turns: Turns;

  beforeEach(async () => {
    turns = await Turns.open();
  });
  afterEach(() => turns.close());

  /** A file that asked for its turn. */
  class File {
    hasTurn = false;
    readonly #turn: Promise<() => Promise<void>>;

    constructor(company: Company) {
      this.#turn = this.#takeTurn(company);
    }

    async started(): Promise<void> {
      await this.#turn;
    }

    async end(): Promise<void> {
      const end = await this.#turn;
      await end();
    }

    async #takeTurn(company: Company): Promise<() => Promise<void>> {
      const end = await takeTurn(turns.port, company);
      this.hasTurn = true;
      return end;
    }
  }

  /** Lets all that was sent on loopback arrive, and be answered. */
  async function settled(): Promise<void> {
    for (let round = 0; round < 50; round += 1) await nextTurn();
  }

  it('let files run together', async () => {
    const files = [new File('together'), new File('together'), new File('together')];
    for (const file of files) await file.started();
    for (const file of files) await file.end();
  });

  it('let a file be alone once those before it have ended, and before those after it', async () => {
    const before = new File('together');
    await before.started();
    const alone = new File('alone');
    await settled();
    const after = new File('together');
    await settled();
    expect([alone.hasTurn, after.hasTurn]).to.deep.equal([false, false]);
    await before.end();
    await alone.started();
    await settled();
    expect(after.hasTurn).to.equal(false);
    await alone.end();
    await after.end();
  });

  it('let no two files be alone at the same time', async () => {
    const first = new File('alone');
    await first.started();
    const second = new File('alone');
    await settled();
    expect(second.hasTurn).to.equal(false);
    await first.end();
    await second.end();
  });

  it('end the turn of a process that is killed, also while it waits', async () => {
    const killed = connect(turns.port, '127.0.0.1');
    killed.write('alone');
    await once(killed, 'data');
    const waiting = connect(turns.port, '127.0.0.1');
    waiting.write('alone');
    await once(waiting, 'connect');
    await settled();
    const next = new File('alone');
    await settled();
    waiting.resetAndDestroy();
    killed.resetAndDestroy();
    await next.end();
  });
});
