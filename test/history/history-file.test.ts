import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HistoryFile, readHistory } from './history-file.ts';
import { HistoryError } from './json-lines.ts';
import { Recorder } from './recorder.ts';

describe('a history file', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-history-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('contains every event once it is closed', async () => {
    const path = join(folder, 'history.jsonl');
    const file = HistoryFile.create(path);
    let time = 0;
    const recorder = new Recorder({ now: () => time++, onEvent: (event) => file.add(event) });
    const client = recorder.client();
    for (let count = 0; count < 1000; count += 1) client.append('k', 'x').ok({ revision: count });
    await file.close();
    expect(await readHistory(path)).to.deep.equal(recorder.events);
  });

  it('rejects close if it could not be written', async () => {
    const file = HistoryFile.create(join(folder, 'missing', 'history.jsonl'));
    const failure = await file.close().catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ENOENT');
  });

  it('refuses a file with an invalid line', async () => {
    const path = join(folder, 'history.jsonl');
    await writeFile(path, '{"t":1\n');
    const failure = await readHistory(path).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(HistoryError);
  });
});
