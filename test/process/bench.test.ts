/**
 * Runs the benchmarks as programs, so that they keep working while no one uses them.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import { runCommand } from './command.ts';

const program = fileURLToPath(new URL('../../../bench/dist/main.js', import.meta.url));
const comparison = fileURLToPath(new URL('../../../bench/dist/compare/main.js', import.meta.url));
const flags = ['--clients', '1,2', '--seconds', '1', '--puts', '100', '--json'];

describe('the benchmark', function () {
  this.timeout(60_000);
  let scratch = '';

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'paxkv-bench-test-'));
  });

  afterEach(() => rm(scratch, { recursive: true }));

  it('prints the figures of every load and node as JSON, and deletes its files', async () => {
    const env = { ...process.env, TMPDIR: scratch };
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags], { env });
    const { loads, memory, goals } = JSON.parse(stdout);
    expect(loads).to.have.length(8);
    for (const { perSecond, latencyMs, perClient, failures } of loads) {
      expect(perSecond).to.be.above(0);
      expect(latencyMs.max).to.be.at.least(latencyMs.p99).and.at.least(latencyMs.p50);
      expect(perClient.max).to.be.at.least(perClient.min);
      expect(failures).to.deep.equal({});
    }
    expect(memory).to.have.length(11);
    expect(memory.at(-1).putCount).to.equal(100);
    expect(memory.at(-1).residentBytes).to.have.length(3);
    expect(goals).to.have.length(1);
    expect(await readdir(scratch)).to.deep.equal([]);
  });

  it('refuses a load of no clients with a message and exit code 1', async () => {
    const run = promisify(execFile)(process.execPath, [program, '--clients', '0']);
    const { code, stderr } = await run.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).to.equal(1);
    expect(stderr).to.contain('whole number');
  });
});

describe('the comparison', function () {
  this.timeout(60_000);

  it('prints a row, and does not judge goals for a peer that was left out', async () => {
    const row = ['--only', 'puts-64', '--peers', 'Redis', '--keys', '20'];
    const words = [comparison, ...row, '--rounds', '1', '--seconds', '1'];
    const { stdout } = await promisify(execFile)(process.execPath, words);
    expect(stdout).to.match(/puts, 64 in flight.* paxkv, SDK +[\d,]+\/s/);
    expect(stdout).to.contain('puts-64: etcd was left out by --peers');
    expect(stdout).to.match(/Goals: 0 hold, 0 missed, 1 not judged\.\n$/);
  });
});

describe('paxkv bench', () => {
  const each = clusterPerTest();

  it('measures a real cluster, without an error', async () => {
    const words = ['bench', '--workload', 'a', '--keys', '50', '--value-bytes', '64', '--json'];
    const times = ['--seconds', '1', '--warm-up', '0', '--in-flight', '8', '--clients', '2'];
    const { code, stdout, stderr } = await runCommand(each.cluster.addresses, [...words, ...times]);
    expect(code, stderr).to.equal(0);
    const result = JSON.parse(stdout);
    expect(result).to.deep.include({ failures: {}, absent: 0, seconds: 1 });
    expect(result.answered).to.be.above(0);
    expect(result.rateOverTime.perSecond).to.have.lengthOf(10);
  }).timeout(20_000);
});
