import { settingsDefault, shippedCore } from '@paxkv/playground';
import { textsOf } from '@paxkv/playground/internal/ui/context';
import { handleKey } from '@paxkv/playground/internal/ui/keys';
import { Model } from '@paxkv/playground/internal/ui/model';
import { explain } from '@paxkv/playground/internal/ui/selection';
import { expect } from 'chai';

/** A page without a browser: frames come when they are asked for. */
class FakePage {
  address = '';
  nowMs = 0;
  #callbacks: ((nowMs: number) => void)[] = [];

  async open(address = ''): Promise<Model> {
    return Model.open(address, {
      language: 'en',
      mutants: [{ id: 'some', does: 'Nothing.', loses: 'Nothing.', core: shippedCore }],
      surroundings: {
        now: () => this.nowMs,
        isStill: () => false,
        isNarrow: () => false,
        nextFrame: (callback) => this.#callbacks.push(callback),
        setAddress: (next) => {
          this.address = next;
        },
      },
    });
  }

  /** Draws until the model plays no more, or so many frames were drawn. */
  async draw(model: Model, frameCount = 1000): Promise<void> {
    for (let count = 0; count < frameCount && model.isPlaying; count += 1) {
      await model.idle;
      this.nowMs += 16;
      for (const callback of this.#callbacks.splice(0)) callback(this.nowMs);
      await model.idle;
    }
  }
}

describe('Model', () => {
  it('plays what was begun until nothing happens any more', async () => {
    const page = new FakePage();
    const model = await page.open();
    model.setSpeed(100);
    model.act({ type: 'propose', peer: 0, seq: 0, value: 'v' });
    model.play();
    await page.draw(model);
    expect([model.isPlaying, model.isQuiet]).to.deep.equal([false, true]);
    const values = model.session.frame.peers.map(({ instances }) => instances[0]?.value);
    expect(values).to.deep.equal(['v', 'v', 'v']);
    expect(page.address).to.equal(model.address);
  });

  it('goes at the speed chosen, and shows the time between two moments', async () => {
    const page = new FakePage();
    const model = await page.open('#s=1&n=3&m=4&a=1p0.0.v');
    await model.idle;
    const beginMs = model.player.shownMs;
    model.setSpeed(5);
    model.play();
    await page.draw(model, 10);
    expect(model.player.shownMs - beginMs).to.be.within(0.5, 0.9);
    model.pause();
    expect(model.isPlaying).to.equal(false);
  });

  it('begins with the run that the address tells of, and gives the same address', async () => {
    const page = new FakePage();
    const model = await page.open('#s=5&n=4&mut=some&m=9&a=1p0.0.v&lang=zh');
    expect(model.session.cursor).to.equal(9);
    expect(model.address).to.equal('s=5&n=4&mut=some&m=9&a=1p0.0.v&lang=en');
    const other = await page.open('#mut=unknown');
    expect(other.session.settings.mutant).to.equal(undefined);
  });

  it('goes through a lesson step by step, and stops where a goal is reached', async () => {
    const page = new FakePage();
    const model = await page.open();
    model.setSpeed(1000);
    model.beginLesson('highest-vote-wins');
    await model.idle;
    for (const done of [1, 2, 3]) {
      model.doStep();
      await page.draw(model);
      expect(model.progress?.doneCount).to.equal(done);
    }
    expect(model.progress?.isDone).to.equal(true);
  });

  it('is used by keys: to step, and to do something to what is selected', async () => {
    const page = new FakePage();
    const model = await page.open('#m=6&a=1p0.0.v');
    const press = async (...keys: string[]) => {
      for (const key of keys) expect(handleKey(key, model), key).to.equal(true);
      await model.idle;
    };
    await press('ArrowLeft', 'ArrowLeft');
    expect(model.session.cursor).to.equal(4);
    await press('ArrowRight', 'End');
    expect(model.session.cursor).to.equal(6);
    model.select({ type: 'peer', peer: 1 });
    await press('c');
    expect(model.session.frame.peers[1]?.state).to.equal('down');
    await press('c', 'w');
    const [flight] = model.session.frame.flights;
    model.select({ type: 'message', id: flight?.id ?? -1 });
    await press('l');
    expect(model.session.frame.flights).to.not.include(flight);
    await press('Home', 'Escape', ' ', ' ');
    expect([model.session.cursor, model.isPlaying]).to.deep.equal([0, false]);
    expect(handleKey('c', model)).to.equal(false);
  });

  it('explains in a sentence what is selected', async () => {
    const page = new FakePage();
    const model = await page.open('#m=6&a=1p0.0.v');
    const { frame } = model.session;
    const context = { texts: textsOf('en'), language: 'en' } as const;
    const [flight] = frame.flights;
    expect(explain({ type: 'message', id: flight?.id ?? -1 }, frame, context)?.sentence).to.contain(
      'acceptor',
    );
    expect(explain({ type: 'peer', peer: 0 }, frame, context)).to.include({
      title: 'Peer 0',
      sentence: 'up, no leader, min 0, max 0',
    });
    expect(explain({ type: 'lamp', lamp: 'agreement' }, frame, context)?.sentence).to.equal(
      'No two peers decide differently in an instance.',
    );
    expect(explain({ type: 'message', id: 999 }, frame, context)).to.equal(undefined);
  });

  it('lets the robot run until it is stopped, and counts what it did', async () => {
    const page = new FakePage();
    const model = await page.open();
    model.startRobot();
    expect(model.robot.isRunning).to.equal(true);
    while (model.robot.counts.runs === 0) {
      page.nowMs += 20;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    model.robot.stop();
    expect(model.robot.counts.moments).to.be.above(0);
    expect(model.robot.found).to.equal(undefined);
  });

  it('leaves a way when another is taken, and finds it again', async () => {
    const page = new FakePage();
    const model = await page.open('#m=15&a=1p0.0.v');
    model.seek(5);
    model.act({ type: 'crash', peer: 2 });
    await model.idle;
    const [left] = model.session.left;
    expect([model.session.head, left?.moment]).to.deep.equal([6, 15]);
    expect(model.session.settings).to.deep.equal(settingsDefault);
    if (left !== undefined) model.show(left);
    await model.idle;
    expect(model.session.cursor).to.equal(15);
  });
});
