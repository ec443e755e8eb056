import { delayMs, Poller } from '@paxkv/playground/internal/console/poller';
import { expect } from 'chai';

/** A poller with a clock that moves by hand. */
class Rig {
  answer: () => Promise<Response> = async () => Response.json(body);
  isVisible = true;
  askedCount = 0;
  readonly heard: string[] = [];
  readonly delays: number[] = [];
  cancelledCount = 0;
  #next = () => {};
  readonly poller = new Poller({
    fetch: () => {
      this.askedCount += 1;
      return this.answer();
    },
    schedule: (callback, afterMs) => {
      this.delays.push(afterMs);
      this.#next = callback;
      return () => {
        this.cancelledCount += 1;
      };
    },
    isVisible: () => this.isVisible,
    onStatus: ({ node }) => this.heard.push(`status of ${node}`),
    onSilence: () => this.heard.push('silence'),
  });

  async tick(): Promise<void> {
    this.#next();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const body = { node: 1, state: 'running' };
const refuse = async () => {
  throw new TypeError('Failed to fetch');
};

describe('the poller', () => {
  it('asks once a second', async () => {
    const rig = new Rig();
    await rig.poller.poll();
    await rig.tick();
    expect(rig.heard).to.deep.equal(['status of 1', 'status of 1']);
    expect(rig.delays).to.deep.equal([1000, 1000]);
  });

  it('asks less and less often while there is no answer, and as before once there is one', async () => {
    const rig = new Rig();
    rig.answer = refuse;
    await rig.poller.poll();
    for (let count = 0; count < 5; count += 1) await rig.tick();
    expect(rig.delays).to.deep.equal([2000, 4000, 8000, 10_000, 10_000, 10_000]);
    rig.answer = async () => Response.json(body);
    await rig.tick();
    expect(rig.heard.slice(-2)).to.deep.equal(['silence', 'status of 1']);
    expect(rig.delays.at(-1)).to.equal(1000);
  });

  it('takes an error, and what is no status, for silence', async () => {
    const rig = new Rig();
    for (const answer of [
      Response.json(body, { status: 503 }),
      Response.json({}),
      new Response('<'),
    ]) {
      rig.answer = async () => answer;
      await rig.poller.poll();
    }
    expect(rig.heard).to.deep.equal(['silence', 'silence', 'silence']);
  });

  it('asks nothing while nobody sees the page, and at once when it is seen again', async () => {
    const rig = new Rig();
    rig.isVisible = false;
    await rig.poller.poll();
    expect(rig.askedCount).to.equal(0);
    rig.isVisible = true;
    await rig.poller.poll();
    expect(rig.askedCount).to.equal(1);
    expect(rig.cancelledCount).to.equal(1);
  });

  it('has one request under way at a time', async () => {
    const rig = new Rig();
    let answer = (_: Response) => {};
    rig.answer = () => new Promise((resolve) => (answer = resolve));
    const first = rig.poller.poll();
    await rig.poller.poll();
    answer(Response.json(body));
    await first;
    expect(rig.askedCount).to.equal(1);
  });

  it('never waits longer than ten seconds', () => {
    expect(delayMs(50)).to.equal(10_000);
  });
});
