import { type Answer, KvClient } from '@paxkv/client';
import { paths, sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';
import {
  breakConnection,
  failureOf,
  fakeWorld,
  hang,
  ok,
  refusal,
  refuseConnection,
  type Sent,
  stampOf,
} from '../fake-world.ts';

/** A client whose sessions are numbered from 1, and whose puts are answered by `answerPut`. */
function clientWith(answerPut: (sent: Sent) => Answer | Promise<Answer>) {
  let session = 0;
  const world = fakeWorld((sent) => {
    if (sent.path === paths.openSession) {
      session += 1;
      return ok({ session });
    }
    return answerPut(sent);
  });
  const { environment } = world;
  const client = new KvClient({ endpoints: ['one:1', 'two:2'], environment, timeoutMs: 5000 });
  const stamps = () => world.exchange.sentTo(paths.put).map(stampOf);
  return { world, client, stamps };
}

const done = ok({ revision: 1 });

describe('Writer', () => {
  it('sends a write again under a new session where only an expired one can have had it', async () => {
    const { client, stamps } = clientWith((sent) =>
      stampOf(sent).id === 1 ? refusal('KV_SESSION_EXPIRED') : done,
    );
    expect(await client.put('a', 'b')).to.deep.equal({ revision: 1 });
    expect(stamps()).to.deep.equal([
      { id: 1, number: 1, firstOutstanding: 1 },
      { id: 2, number: 1, firstOutstanding: 1 },
    ]);
  });

  it('does so too after attempts that surely reached no server', async () => {
    const answers = [refuseConnection, () => refusal('KV_SESSION_EXPIRED'), () => done];
    const { client, stamps } = clientWith(() => answers.shift()?.() ?? hang());
    await client.put('a', 'b');
    expect(stamps().map(({ id }) => id)).to.deep.equal([1, 1, 2]);
  });

  it('never sends a retried write under another session: its outcome is unknown', async () => {
    for (const before of [breakConnection, () => refusal('KV_INTERRUPTED')]) {
      const answers = [before, () => refusal('KV_SESSION_EXPIRED'), () => done];
      const { client, stamps } = clientWith(() => answers.shift()?.() ?? hang());
      const failure = await failureOf(client.put('a', 'b'));
      expect(failure).to.include({ code: 'KV_SESSION_EXPIRED', outcome: 'unknown' });
      expect(stamps().map(({ id }) => id)).to.deep.equal([1, 1]);
      await client.put('a', 'c');
      expect(stamps().at(-1)).to.deep.equal({ id: 2, number: 1, firstOutstanding: 1 });
    }
  });

  it('lets outstanding writes hold back the first outstanding number, and nothing else', async () => {
    const { client, stamps, world } = clientWith((sent) =>
      stampOf(sent).number === 1 ? hang() : done,
    );
    const controller = new AbortController();
    const first = failureOf(client.put('a', '1', { signal: controller.signal }));
    await client.put('a', '2');
    await client.put('a', '3');
    expect(stamps().at(-1)).to.deep.equal({ id: 1, number: 3, firstOutstanding: 1 });
    controller.abort();
    expect(await first).to.include({ code: 'KV_ABORTED', outcome: 'unknown' });
    await client.put('a', '4');
    expect(stamps().at(-1)).to.deep.equal({ id: 1, number: 4, firstOutstanding: 4 });
    expect(world.clock.timerCount).to.equal(0);
  });

  it('stamps a retry with its old number and the first outstanding number of the moment', async () => {
    let isUp = false;
    const { client, stamps, world } = clientWith((sent) => {
      const { number } = stampOf(sent);
      return number === 2 && !isUp ? refuseConnection() : number === 1 && !isUp ? hang() : done;
    });
    const first = failureOf(client.put('a', '1', { timeoutMs: 10 }));
    const second = client.put('a', '2');
    await world.clock.finish(first);
    isUp = true;
    await world.clock.finish(second);
    const ofSecond = stamps().filter(({ number }) => number === 2);
    expect(ofSecond.at(0)?.firstOutstanding).to.equal(1);
    expect(ofSecond.at(-1)?.firstOutstanding).to.equal(2);
  });

  it('has no more numbers under way than a server remembers', async () => {
    const release: (() => void)[] = [];
    const { client, stamps, world } = clientWith(
      () => new Promise((resolve) => release.push(() => resolve(done))),
    );
    const puts = Array.from({ length: sessionWindowMax + 5 }, () => client.put('a', 'b'));
    await world.clock.settle();
    expect(stamps()).to.have.length(sessionWindowMax);
    release[0]?.();
    await puts[0];
    await world.clock.settle();
    expect(stamps()).to.have.length(sessionWindowMax + 1);
    for (const next of stamps()) {
      expect(next.number - next.firstOutstanding).to.be.below(sessionWindowMax);
    }
    for (const each of release.splice(0)) {
      each();
    }
    await world.clock.settle();
    for (const each of release) {
      each();
    }
    await Promise.all(puts);
  });
});
