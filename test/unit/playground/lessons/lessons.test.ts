import { Session, shippedOnly } from '@paxkv/playground';
import { lessons } from '@paxkv/playground/internal/lessons/lessons';
import { Progress } from '@paxkv/playground/internal/lessons/progress';
import { languages } from '@paxkv/playground/internal/text/words';
import { expect } from 'chai';

describe('the lessons', () => {
  it('are nine, and the nineteen tests of MIT’s lab, each with an id of its own', () => {
    const ids = lessons.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(lessons.filter(({ group }) => group === 'lesson')).to.have.length(9);
    expect(lessons.filter(({ group }) => group === 'mit')).to.have.length(19);
  });

  it('have a text in each language', () => {
    const texts = lessons.flatMap(({ title, steps }) => [title, ...steps.map(({ text }) => text)]);
    for (const text of texts) {
      for (const language of languages) expect(text[language], text.en).to.not.equal('');
    }
  });

  for (const lesson of lessons) {
    it(`reach their goals: ${lesson.id}`, async () => {
      const session = await Session.open(lesson.settings, shippedOnly);
      const progress = new Progress(lesson, session);
      while (!progress.isDone) await progress.complete();
      expect(progress.doneCount).to.equal(lesson.steps.length);
      expect(session.frame.violations).to.deep.equal([]);
    });
  }

  it('go back with the session to an earlier step', async () => {
    const [lesson] = lessons;
    if (lesson === undefined) throw new Error('there are no lessons');
    const session = await Session.open(lesson.settings, shippedOnly);
    const progress = new Progress(lesson, session);
    while (!progress.isDone) await progress.complete();
    session.seek(1);
    await session.act({ type: 'crash', peer: 2 });
    expect(progress.look()).to.equal(false);
    expect(progress.doneCount).to.equal(1);
  });

  it('say which step does not reach its goal', async () => {
    const [lesson] = lessons;
    if (lesson === undefined) throw new Error('there are no lessons');
    const session = await Session.open(lesson.settings, shippedOnly);
    await session.act({ type: 'partition', groups: [[0], [1], [2]] });
    const progress = new Progress(lesson, session);
    const outcome = await progress.complete().catch((error: Error) => error.message);
    expect(outcome).to.equal('Step 0 of single-decree does not reach its goal.');
  });
});
