import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

describe('paxkv txn', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  const piped = (transaction: unknown) => {
    const text = typeof transaction === 'string' ? transaction : JSON.stringify(transaction);
    return runCaptured(['txn', '-e', server.url], new CapturedStreams({ piped: text }));
  };

  const move = {
    if: [{ key: 'a', of: 'value', is: '=', to: 'v' }],
    then: [
      { type: 'delete', key: 'a' },
      { type: 'put', key: 'b', value: 'v' },
      { type: 'increment', key: 'n', by: 2 },
      { type: 'get', key: 'b' },
      { type: 'transact', then: [{ type: 'get', key: 'a' }] },
    ],
    else: [{ type: 'get', key: 'a' }],
  };

  it('does what holds, and prints the results', async () => {
    const missed = await piped(move);
    expect(JSON.parse(missed.printed)).to.deep.equal({
      ...{ passed: false, revision: 0 },
      results: [{ type: 'get', found: false }],
    });
    await runCaptured(['put', 'a', 'v', '-e', server.url]);
    const moved = await piped(move);
    expect(moved).to.include({ exitCode: 0 });
    const versions = { createRevision: 2, modRevision: 2, version: 1 };
    const none = { type: 'get', found: false };
    expect(JSON.parse(moved.printed)).to.deep.equal({
      ...{ passed: true, revision: 2 },
      results: [
        { type: 'delete', revision: 2, deleted: true },
        { type: 'put', revision: 2 },
        { type: 'increment', revision: 2, value: '2' },
        { type: 'get', found: true, value: 'v', ...versions },
        { type: 'transact', passed: true, revision: 2, results: [none] },
      ],
    });
  });

  it('reads the transaction from a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-txn-'));
    try {
      const file = join(directory, 'move.json');
      await writeFile(file, JSON.stringify({ then: [{ type: 'put', key: 'k', value: 'v' }] }));
      expect(await runCaptured(['txn', file, '-e', server.url])).to.include({ exitCode: 0 });
      const missing = await runCaptured(['txn', `${file}.not`, '-e', server.url]);
      expect(missing).to.include({ exitCode: 1 });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses what is no transaction, says why, and sends nothing', async () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      ['{', 'is not JSON'],
      ['null', 'is an object'],
      [{ than: [] }, 'than'],
      [{ then: [{ type: 'swap', key: 'a' }] }, 'has the type'],
      [{ then: [{ type: 'put', key: 'a' }] }, 'value'],
    ];
    for (const [transaction, why] of wrong) {
      const { exitCode, notes } = await piped(transaction);
      expect(exitCode, why).to.equal(2);
      expect(notes.join()).to.contain(why);
    }
    const nothing = await runCaptured(['txn', '-e', server.url]);
    expect(nothing).to.include({ exitCode: 2 });
    expect(server.replica.requests).to.deep.equal([]);
  });
});
