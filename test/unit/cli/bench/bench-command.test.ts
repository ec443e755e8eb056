import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BenchOptions, benchCommand } from 'paxkv/internal/bench/bench-command';
import { rejectionOf } from '../../simulator/rejection.ts';
import { CapturedStreams } from '../captured-streams.ts';

/** Nothing listens there. */
const endpoints = 'http://127.0.0.1:1';
const options: BenchOptions = {
  ...{ endpoints, timeout: 50, consistency: 'linearizable', keys: 10, keyBytes: 16 },
  ...{ inFlight: 2, clients: 1, seconds: 0.1, warmUp: 0, fill: true, seed: 1 },
};

describe('a benchmark that no server answers', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-bench-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('prints and writes its report, and fails', async () => {
    const html = join(directory, 'page.html');
    const streams = new CapturedStreams({});
    const error = await rejectionOf(benchCommand({ ...options, html }, streams));
    expect(error).to.include({ code: 'CLI_NO_ANSWER' });
    expect(`${streams.printed}`).to.contain('KV_UNREACHABLE');
    expect(await readFile(html, 'utf8')).to.match(/^<!doctype html>/i);
  });

  it('names a page that cannot be written, after the report', async () => {
    const html = join(directory, 'absent', 'page.html');
    const streams = new CapturedStreams({});
    const error = await rejectionOf(benchCommand({ ...options, html, json: true }, streams));
    expect(error).to.include({ code: 'CLI_OUTPUT' });
    expect(error.message).to.contain(html);
    expect(JSON.parse(`${streams.printed}`)).to.include({ answered: 0 });
  });
});
