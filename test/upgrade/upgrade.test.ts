/** Rolling upgrades on real processes: this version as the old one, a patched build as the next one. */
import { setTimeout as pause } from 'node:timers/promises';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { formats } from '@paxkv/kvserver/internal/transport/handshake';
import { expect } from 'chai';
import { PatchedBuilds } from '../mutants/patched-build/builds.ts';
import type { PatchSet } from '../mutants/patched-build/patch.ts';
import {
  appendTwicePath,
  nextFormat,
  nextLevel,
  nextVersion,
  previousVersion,
  sessionIdStep,
} from './next-version.ts';
import { type Environment, UpgradeRun } from './upgrade-run.ts';

/** Longer than the leader needs for several checks of whether the level can rise. */
const raiseMs = 4_000;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const twice = { key: base64('twice'), value: base64('ab') };
const oldLevel = thisVersion.highest;
const all = (level: number) => [level, level, level];

describe('a cluster under load whose servers are restarted one after the other', function () {
  this.timeout(180_000);
  const old: Environment = {};
  let builds: PatchedBuilds;
  let next: Environment;
  let previous: Environment;
  let run: UpgradeRun | undefined;

  before(() => {
    builds = PatchedBuilds.make([nextVersion, previousVersion]);
    const environmentOf = (version: PatchSet): Environment => {
      const { NODE_OPTIONS, TEST_PATCHED_BUILD } = builds.environmentOf(version);
      return { NODE_OPTIONS, TEST_PATCHED_BUILD };
    };
    next = environmentOf(nextVersion);
    previous = environmentOf(previousVersion);
  });
  after(() => builds.remove());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.error(run?.cluster.log);
    await run?.close();
    run = undefined;
  });

  async function upgrade(environment: Environment): Promise<UpgradeRun> {
    run = await UpgradeRun.start(old);
    expect(await run.untilLevel(oldLevel)).to.deep.equal(all(oldLevel));
    for (const node of [0, 1, 2]) {
      expect(await run.post(node, appendTwicePath, twice), 'an old server').to.deep.include({
        status: 404,
      });
      await run.change(node, environment);
      const { featureLevels } = await run.cluster.status(node);
      expect(featureLevels).to.include({ highest: nextLevel });
      if (node < 2) await expectOff(run, node);
    }
    return run;
  }

  /** The level is that of the old servers, so the new command is refused. */
  async function expectOff(upgraded: UpgradeRun, node: number): Promise<void> {
    const { status, body } = await upgraded.post(node, appendTwicePath, twice);
    expect(status).to.equal(501);
    expect(body).to.have.nested.include({
      'error.code': 'KV_FEATURE_OFF',
      'error.outcome': 'not done',
    });
    expect(await upgraded.levels()).to.deep.equal(all(oldLevel));
  }

  async function openSession(upgraded: UpgradeRun, node: number): Promise<unknown> {
    const { body } = await upgraded.post(node, '/v1/sessions', { client: 'upgrade' });
    return Object(body).session;
  }

  it('is upgraded: the level rises by itself, and the old version is refused from then on', async () => {
    const upgraded = await upgrade(next);
    expect(await upgraded.untilLevel(nextLevel)).to.deep.equal(all(nextLevel));
    for (const node of [0, 1, 2]) {
      const { status, body } = await upgraded.post(node, appendTwicePath, twice);
      expect([status, body]).to.deep.include.members([200]);
      expect(body).to.include({ length: 4 * (node + 1) });
      for (let count = 0; count < 10; count += 1) await openSession(upgraded, node);
    }
    const { log } = upgraded.cluster;
    for (const format of [formats.max, nextFormat]) expect(log).to.include(`"format":${format}`);
    expect(log).not.to.include('invalid frame');

    await upgraded.cluster.stop(1);
    const onItsData = await upgraded.attempt(1, old);
    expect(onItsData.code).to.equal(3);
    expect(onItsData.log).to.include('DISK_NEWER_FORMAT').and.to.include('nothing was modified');

    const moveBack = await upgraded.moveDataAway(1);
    const withoutData = await upgraded.attempt(1, old);
    await moveBack();
    expect(withoutData.code).to.equal(3);
    expect(withoutData.log)
      .to.include(`The cluster runs at feature level ${nextLevel}, and this version supports level`)
      .and.to.include('STATE_LEVEL_UNSUPPORTED');

    await upgraded.attempt(1, old);
    const ackCount = upgraded.ackCount;
    await upgraded.change(1, next);
    expect(await upgraded.untilLevel(nextLevel)).to.deep.equal(all(nextLevel));
    expect(upgraded.ackCount).to.be.above(ackCount);
    expect(await upgraded.end()).to.deep.equal([]);
    expect(await upgraded.openedCount(0)).to.be.at.least(30 * sessionIdStep);
  });

  it('is upgraded from level 1: it gets an incarnation, and sessions that others can guess end', async () => {
    run = await UpgradeRun.start(previous);
    expect(await run.levels()).to.deep.equal(all(1));
    expect(await run.cluster.status(0)).not.to.have.property('incarnation');
    const id = await openSession(run, 0);
    expect(id).to.be.a('number');
    const write = (session: unknown, node: number) =>
      run?.post(node, '/v1/append', {
        ...{ key: base64('once'), value: base64('a') },
        session: { id: session, number: 1, firstOutstanding: 1 },
      });
    expect(await write(id, 1)).to.include({ status: 200 });
    for (const node of [0, 1, 2]) {
      expect(await write(id, node), 'while versions are mixed').to.include({ status: 200 });
      await run.change(node, old);
    }
    const { highest } = thisVersion;
    expect(await run.untilLevel(highest)).to.deep.equal(all(highest));
    const { cluster } = run;
    const statuses = await Promise.all(cluster.nodes.map((node) => cluster.status(node)));
    expect(new Set(statuses.map(({ incarnation }) => incarnation)).size).to.equal(1);
    expect(statuses[0]?.incarnation).to.match(/^[\w-]{22}$/);
    const ended = await write(id, 2);
    expect(ended).to.include({ status: 410 });
    expect(ended?.body).to.have.nested.include({
      'error.code': 'KV_SESSION_EXPIRED',
      'error.outcome': 'unknown',
    });
    expect(await openSession(run, 1)).to.match(/^[\w-]{22}$/);
    const ackCount = run.ackCount;
    await pause(1_000);
    expect(run.ackCount).to.be.above(ackCount);
    expect(await run.end()).to.deep.equal([]);
  });

  it('goes back to the old version while one server holds the level down', async () => {
    const held = await upgrade({ ...next, PAXKV_FEATURE_LEVEL_MAX: `${oldLevel}` });
    for (const node of [0, 1]) await held.change(node, next);
    await pause(raiseMs);
    expect(await held.levels()).to.deep.equal(all(oldLevel));
    const { featureLevels } = await held.cluster.status(2);
    expect(featureLevels).to.include({ highest: nextLevel, raiseMax: oldLevel });
    for (const node of [0, 1, 2]) await held.change(node, old);
    expect(await held.levels()).to.deep.equal(all(oldLevel));
    const { status } = await held.post(0, appendTwicePath, twice);
    expect(status).to.equal(404);
    expect(await held.end()).to.deep.equal([]);
  });
});
