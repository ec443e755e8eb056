import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PaxosError } from '@paxkv/paxos';
import { replayTraceFile } from '@paxkv/playground/internal/build/trace-report';
import { expect } from 'chai';
import { recordRuns } from '../../paxos/core/trace/recorded-cluster.ts';

describe('the report of a replayed recording', () => {
  let folder: string;
  let lines: readonly string[];
  const file = () => join(folder, 'trace');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-trace-'));
    const runs = await recordRuns(1);
    lines = runs.reduce((most, run) => (run.length > most.length ? run : most), []);
  });

  after(() => rm(folder, { recursive: true }));

  it('has a line for each step, of a compressed file and of a plain one', async () => {
    const text = `${lines.join('\n')}\n`;
    // As the server compresses: one part after the other.
    const parts = [text.slice(0, 1000), text.slice(1000)].map((part) => gzipSync(part));
    for (const content of [text, Buffer.concat(parts)]) {
      await writeFile(file(), content);
      const printed: string[] = [];
      const report = await replayTraceFile(file(), (line) => printed.push(line));
      expect(report).to.include({ stepCount: lines.length - 1, firstOther: undefined });
      expect(printed).to.have.length(lines.length);
      expect(printed[0]).to.match(/^peer \d of 3, memory \w+, \d+ writes$/);
      expect(printed.join('\n')).to.match(/receive accept \d+ from \d → write accepted \d+/);
      expect(report.end).to.match(/^(?:leader (?:\d|none)|no member), instances \d+ to \d+$/);
    }
  });

  it('marks steps with other effects, and names the first', async () => {
    const at = 5;
    const changed = lines.with(at, (lines[at] ?? '').replace(/"hash":"\w+"/, '"hash":"0"'));
    await writeFile(file(), changed.join('\n'));
    const printed: string[] = [];
    const { firstOther } = await replayTraceFile(file(), (line) => printed.push(line));
    expect(firstOther?.index).to.equal(at - 1);
    expect(printed.filter((line) => line.endsWith('[other effects than recorded]'))).to.have.length(
      1,
    );
  });

  it('has a line for each part', async () => {
    const runs = await recordRuns(1, 50);
    await writeFile(file(), runs.map((run) => `${run.join('\n')}\n`).join(''));
    const printed: string[] = [];
    const { firstOther } = await replayTraceFile(file(), (line) => printed.push(line));
    expect(firstOther).to.equal(undefined);
    const starts = printed.filter((line) => line.startsWith('peer '));
    expect(starts.length).to.be.above(runs.length);
    expect(starts).to.include('peer 0 of 3, in the middle of a run');
  });

  it('refuses another file', async () => {
    await writeFile(file(), 'no trace');
    const error = await replayTraceFile(file(), () => {}).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(PaxosError);
  });
});
