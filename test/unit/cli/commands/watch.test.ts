import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv watch', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    const versions = { createRevision: 1, modRevision: 8, version: 2 };
    const key = Buffer.from('a/1');
    server.replica.script = async ({ command }) => {
      if (command.type === 'scan') {
        const entries = [{ key, value: Buffer.from('old'), ...versions, modRevision: 7 }];
        return { type: 'scan', revision: 7, entries, next: undefined };
      }
      if (command.type !== 'changes') return expect.fail(command.type);
      if (command.after === 'now') return { type: 'changes', revision: 7, events: [] };
      // No server has more.
      if (command.after > 7) throw new KvError('KV_COMPACTED', 'Too late.');
      return {
        ...{ type: 'changes', revision: 9 },
        events: [
          { type: 'put', key, value: Uint8Array.of(255), ...versions },
          { type: 'delete', key: Uint8Array.of(255), modRevision: 9 },
        ],
      };
    };
  });
  afterEach(() => server.close());

  const watch = (...args: string[]) => runCaptured(['watch', '-e', server.url, ...args]);
  const linesOf = (printed: string): unknown[] =>
    printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  const put = { type: 'put', key: 'a/1', valueBase64: '/w==' };
  const versions = { createRevision: 1, modRevision: 8, version: 2 };
  const changes = [
    { ...put, ...versions },
    { type: 'delete', keyBase64: '/w==', modRevision: 9 },
  ];

  it('prints one change on a line, and why it ends', async () => {
    const { printed, exitCode, notes } = await watch();
    expect(linesOf(printed)).to.deep.equal(changes);
    expect(exitCode).to.not.equal(0);
    expect(notes.join()).to.contain('KV_COMPACTED');
  });

  it('prints progress marks and present entries if it is asked to', async () => {
    const { printed } = await watch('--progress', '--initial');
    const entry = { type: 'initial', key: 'a/1', value: 'old', ...versions, modRevision: 7 };
    const mark = (revision: number) => ({ type: 'progress', revision });
    expect(linesOf(printed)).to.deep.equal([entry, mark(7), ...changes, mark(9)]);
  });

  it('asks for a key or a range, from a revision on', async () => {
    const asked = async (...args: string[]) => {
      server.replica.requests.length = 0;
      await watch(...args);
      const { command } = server.replica.requests[0] ?? expect.fail('none');
      if (command.type !== 'changes') return expect.fail(command.type);
      const { prefix, from, to, after } = command;
      return [...[prefix, from, to].map((bound) => Buffer.from(bound).toString()), after];
    };
    expect(await asked('k', '--after', '3')).to.deep.equal(['', 'k', 'k\0', 3]);
    expect(await asked('--prefix', 'a/', '--from', 'a/b', '--to', 'a/c')).to.deep.equal([
      ...['a/', 'a/b', 'a/c', 'now'],
    ]);
  });

  it('refuses options that exclude each other, and what is no revision', async () => {
    for (const args of [
      ['k', '--prefix', 'a'],
      ['--after', '1', '--initial'],
      ['--after', '-1'],
    ])
      expect(await watch(...args), args.join()).to.include({ exitCode: 2 });
  });
});
