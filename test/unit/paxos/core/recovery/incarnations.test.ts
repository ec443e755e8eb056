import { Lives } from '@paxkv/paxos/internal/core/recovery/incarnations';
import { expect } from 'chai';
import { beginStep } from '../steps.ts';

describe('Lives', () => {
  let lives: Lives;

  beforeEach(() => {
    lives = new Lives(0, 3);
  });

  function admit(life: number, attempt: number, from = 1) {
    const { outbox, effects } = beginStep();
    const admission = lives.admit(from, { type: 'admit', life, attempt }, outbox);
    return { admission, writes: effects.persist };
  }

  it('counts nothing that was said in a life that is over', () => {
    expect(lives.isOver(1, { lives: [0, 0, 0], turn: 9, heard: 0 })).to.equal(false);
    admit(1, 7);
    expect(lives.isOver(1, { lives: [0, 0, 0], turn: 9, heard: 0 })).to.equal(true);
    expect(lives.isOver(1, { lives: [0, 1, 0], turn: 1, heard: 0 })).to.equal(false);
  });

  it('learns of a new life from anybody, and tells of it once', () => {
    const mark = { lives: [0, 4, 0], turn: 2, heard: 0 };
    expect(lives.heard(2, mark)).to.deep.equal([1]);
    expect(lives.heard(2, mark)).to.deep.equal([]);
    expect(lives.mark(2, 0).lives).to.deep.equal([0, 4, 0]);
    expect(lives.isOver(1, { lives: [0, 3, 0], turn: 2, heard: 0 })).to.equal(true);
  });

  it('does not let others say which life it leads itself', () => {
    expect(lives.heard(2, { lives: [9, 0, 0], turn: 0, heard: 0 })).to.deep.equal([]);
    expect(lives.own).to.equal(0);
  });

  it('tells each peer how far it was heard, in its latest life only', () => {
    lives.heard(1, { lives: [0, 0, 0], turn: 8, heard: 0 });
    lives.heard(1, { lives: [0, 0, 0], turn: 5, heard: 0 });
    expect(lives.mark(1, 0).heard).to.equal(8);
    expect(lives.mark(2, 0).heard).to.equal(0);
    admit(1, 7);
    expect(lives.mark(1, 0).heard).to.equal(0);
  });

  it('records a new life durably, and says the same to a repeated request', () => {
    const first = admit(1, 7);
    expect(first.admission).to.deep.equal({ life: 1, attempt: 7, isNew: true });
    expect(first.writes.map(({ type }) => type)).to.deep.equal(['met']);
    const again = admit(1, 7);
    expect(again.admission).to.deep.equal(first.admission);
    expect(again.writes).to.deep.equal([]);
  });

  it('gives no life twice, nor one below the latest heard of', () => {
    admit(1, 7);
    expect(admit(1, 8).admission).to.equal(undefined);
    lives.heard(2, { lives: [0, 5, 0], turn: 0, heard: 0 });
    expect(admit(4, 8).admission).to.equal(undefined);
    expect(lives.latest(1)).to.equal(5);
    expect(admit(6, 8).admission).to.deep.equal({ life: 6, attempt: 8, isNew: false });
  });

  it('does not take for new whom it knows by hearsay in another life only', () => {
    lives.heard(2, { lives: [0, 5, 0], turn: 1, heard: 0 });
    expect(admit(6, 7).admission?.isNew).to.equal(false);
  });

  it('does not take for new who led two lives, though both are known by hearsay only', () => {
    lives.heard(2, { lives: [0, 5, 0], turn: 1, heard: 0 });
    lives.heard(2, { lives: [0, 6, 0], turn: 1, heard: 0 });
    expect(admit(6, 7).admission?.isNew).to.equal(false);
  });

  it('takes for new whose first life others told of before it asked', () => {
    lives.heard(2, { lives: [0, 5, 0], turn: 1, heard: 0 });
    lives.heard(1, { lives: [0, 5, 0], turn: 2, heard: 0 });
    expect(admit(5, 7).admission?.isNew).to.equal(true);
  });

  it('does not take for new who had memory from the start', () => {
    lives.heard(1, { lives: [0, 0, 0], turn: 1, heard: 0 });
    expect(admit(1, 7).admission?.isNew).to.equal(false);
  });

  it('remembers the others over a restart, and not what they knew of itself', () => {
    admit(3, 7);
    lives.heard(2, { lives: [0, 0, 0], turn: 8, heard: 0 });
    const { outbox, effects } = beginStep();
    lives.persist(outbox);
    const restored = new Lives(0, 3);
    restored.beginOwn(2);
    for (const write of effects.persist) if (write.type === 'met') restored.restore(write);
    expect(restored.mark(2, 0)).to.deep.equal({ lives: [2, 3, 0], turn: 0, heard: 8 });
  });

  it('rides with a write only when there is news', () => {
    const note = () => {
      const { outbox, effects } = beginStep();
      lives.note(outbox);
      return effects.note.length;
    };
    expect(note()).to.equal(0);
    lives.heard(1, { lives: [0, 0, 0], turn: 8, heard: 0 });
    expect([note(), note()]).to.deep.equal([1, 0]);
  });
});
