import { ConsoleModel } from '@paxkv/playground/internal/console/console-model';
import { expect } from 'chai';
import { viewOf } from './status-reply.ts';

interface Rig {
  readonly model: ConsoleModel;
  answer: (path: string) => Promise<Response>;
  nowMs: number;
}

function createRig(): Rig {
  const rig: Omit<Rig, 'model'> = {
    nowMs: 1000,
    answer: async () => Response.json({ found: false }),
  };
  const model = new ConsoleModel('en', {
    fetch: (path) => rig.answer(path),
    now: () => rig.nowMs,
    schedule: () => () => {},
    isVisible: () => true,
    protocol: 'http:',
  });
  return Object.assign(rig, { model });
}

describe('the model of the console', () => {
  it('keeps the last status when the server falls silent, and says since when', async () => {
    const rig = createRig();
    rig.answer = async () => Response.json({ node: 1, state: 'running' });
    await rig.model.poll();
    rig.answer = async () => Promise.reject(new TypeError('Failed to fetch'));
    await rig.model.poll();
    rig.nowMs = 4000;
    await rig.model.poll();
    expect(rig.model.status?.node).to.equal(viewOf().node);
    expect(rig.model.isSilent).to.equal(true);
    expect(rig.model.verdict?.findings[0]).to.include({ type: 'silent', seconds: 3 });
  });

  it('sends one command at a time', async () => {
    const { model } = createRig();
    const first = model.send({ type: 'get', key: 'a' });
    expect(model.call).to.deep.equal({ command: { type: 'get', key: 'a' }, result: undefined });
    expect(await model.send({ type: 'get', key: 'b' })).to.equal(undefined);
    expect(await first).to.deep.equal({ type: 'absent' });
    expect(model.recentKeys).to.deep.equal(['a']);
  });

  it('remembers the last twelve keys, each once, the latest first', async () => {
    const { model } = createRig();
    for (const key of [...'abcdefghijklmn', 'd']) await model.send({ type: 'get', key });
    expect(model.recentKeys.join('')).to.equal('dnmlkjihgfec');
  });

  it('tells its listeners of every change, until they leave', async () => {
    const { model } = createRig();
    let count = 0;
    const leave = model.subscribe(() => {
      count += 1;
    });
    model.setLanguage('zh');
    await model.send({ type: 'get', key: 'a' });
    expect(count).to.equal(3);
    leave();
    model.setLanguage('en');
    expect(count).to.equal(3);
  });
});
