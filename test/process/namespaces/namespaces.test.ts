/**
 * A cluster of three processes in three networks, which are cut by the system itself. Nodes have certificates, clients
 * have HTTPS and WSS, and users have tokens and certificates. The tests are the life of one cluster, in order.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { expect } from 'chai';
import type { CommandCredentials } from 'paxkv/internal/credentials';
import { Missing } from '../../faults/disk/shim-library.ts';
import { PatchedBuilds } from '../../mutants/patched-build/builds.ts';
import { previousVersion } from '../../upgrade/next-version.ts';
import { Appenders } from '../appenders.ts';
import type { ClientSettings } from '../process-cluster.ts';
import { user } from './cluster-credentials.ts';
import type { Cut } from './node-network.ts';
import { SecuredCluster } from './secured-cluster.ts';

const laneCount = 3;
/** Longer than it takes to notice that a leader is gone. */
const cutMs = 2500;
const pollMs = 50;
/** A command that finds no server which it trusts tries again until then. */
const briefly = ['--timeout', '4s'];
/** Before the feature level rises there are no users. */
const withoutUsers = { PAXKV_AUTH: 'no', PAXKV_INSECURE: 'yes' };

describe('a cluster of three in three network namespaces, with TLS and users', function () {
  this.timeout(120_000);
  this.bail(true);

  let builds: PatchedBuilds;
  let secured: SecuredCluster;
  let token: string;
  const environments: NodeJS.ProcessEnv[] = [];

  before(async function () {
    builds = PatchedBuilds.make([previousVersion]);
    const { NODE_OPTIONS, TEST_PATCHED_BUILD } = builds.environmentOf(previousVersion);
    environments.push(...Array(3).fill({ NODE_OPTIONS, TEST_PATCHED_BUILD, ...withoutUsers }));
    try {
      secured = await SecuredCluster.start((node) => environments[node] ?? {});
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      console.log(`    left out: ${error.message}`);
      this.skip();
    }
  });

  afterEach(function () {
    if (this.currentTest?.state === 'failed') console.error(secured?.nodes.log);
  });

  after(async () => {
    await secured?.close();
    builds.remove();
  });

  it('is upgraded from the version before, one node after the other', async () => {
    const { nodes } = secured;
    const load = start('upgraded', { tls: { ca: await secured.credentials.authorities('first') } });
    await load.progress.advanced(50);
    expect((await nodes.status(0)).featureLevel).to.equal(1);
    for (const node of nodes.nodes) {
      environments[node] = withoutUsers;
      expect(await nodes.stop(node)).to.deep.equal({ code: 0, signal: null });
      await load.progress.advanced(laneCount + 1);
      await nodes.restart(node);
    }
    while ((await nodes.status(0)).featureLevel !== thisVersion.highest) await pause(pollMs);
    await load.stop();
    // The sessions of the version before end with it, so the outcome of an append on its way may be unknown.
    expect(load.gaveUp).not.to.include('not done');
    await checkAtEach(load, 'upgraded');
  });

  it('refuses false tokens and certificates from another network, and lets users do what their rights say', async () => {
    const { credentials } = secured;
    await done(['role', 'add', 'lists', '--read', 'list', '--write', 'list']);
    await done(['user', 'add', user, '--role', 'lists']);
    await done(['token', 'create', 'root']);
    token = (await done(['token', 'create', user])).trim();
    await done(['auth', 'enable']);
    // Nodes that start from now on refuse the anonymous by their settings, too.
    environments.fill({});
    await client().put('secret', 'of root');
    const file = (authority: 'first' | 'foreign', name: string) =>
      credentials.pathOf(authority, name);
    const certificate = (authority: 'first' | 'foreign', name: string) => ({
      PAXKV_CERT_FILE: file(authority, `${name}.pem`),
      PAXKV_KEY_FILE: file(authority, `${name}-key.pem`),
    });
    const wrong = `paxkv_${'a'.repeat(16)}.${'b'.repeat(43)}`;
    await client({ credentials: await ofToken() }).put('list', 'of anna');
    const byToken = { PAXKV_TOKEN: token };
    const byCertificate = certificate('first', `user-${user}`);
    const cases: [string, string, NodeJS.ProcessEnv, string | RegExp][] = [
      ['a token', 'list', byToken, 'of anna'],
      ['a certificate', 'list', byCertificate, 'of anna'],
      ['a token, beyond its right', 'secret', byToken, /KV_FORBIDDEN/],
      ['a certificate, beyond its right', 'secret', byCertificate, /KV_FORBIDDEN/],
      ['nothing', 'list', {}, /KV_UNAUTHENTICATED/],
      ['a wrong token', 'list', { PAXKV_TOKEN: wrong }, /KV_UNAUTHENTICATED/],
      [
        'a foreign certificate',
        'list',
        certificate('foreign', `user-${user}`),
        /KV_UNAUTHENTICATED/,
      ],
      ['that of a member', 'list', certificate('first', 'member-1'), /KV_UNAUTHENTICATED/],
      [
        'another authority for servers',
        'list',
        { ...byToken, PAXKV_CA_FILE: file('foreign', 'ca.pem') },
        /certificate/,
      ],
    ];
    const results = await Promise.all(
      cases.map(([, key, more]) => secured.commandElsewhere(['get', key, ...briefly], more)),
    );
    for (const [index, [what, , , expected]] of cases.entries()) {
      const { code, stdout, stderr } = results[index] ?? {};
      if (typeof expected === 'string') expect(stdout?.trim(), what).to.equal(expected);
      else {
        expect(code, what).to.equal(1);
        expect(stderr, what).to.match(expected);
      }
    }
  });

  it('takes nobody for a node who is none, although he has the secret of the cluster', async () => {
    const { credentials, nodes } = secured;
    const secret = nodes.secretFile;
    const ca = credentials.pathOf('first', 'ca.pem');
    const files = (authority: 'first' | 'foreign', name: string) => ({
      ...{ secret, ca, cert: credentials.pathOf(authority, `${name}.pem`) },
      key: credentials.pathOf(authority, `${name}-key.pem`),
    });
    expect(await secured.passForNode(2, files('first', `user-${user}`))).to.match(
      /wrong certificate: it does not name paxkv:\/\/tests\/member\/2/,
    );
    expect(await secured.passForNode(2, files('first', 'member-1'))).to.match(/wrong certificate/);
    expect(await secured.passForNode(2, files('foreign', 'member-2'))).not.to.match(/accepted/);
    const noSecret = { ...files('first', 'member-2'), secret: credentials.rootTokenFile };
    expect(await secured.passForNode(2, noSecret)).not.to.match(/accepted/);
    const { peerRefusals } = await nodes.status(0);
    expect(peerRefusals).to.include.all.keys('wrong certificate', 'no TLS', 'wrong proof');
    await secured.allReady();
  });

  it('loses nothing acknowledged while its leader is killed and cut off in each direction', async () => {
    const load = start('list-in-faults', await ofToken());
    await load.progress.advanced(50);
    const leader = await secured.leader();
    await secured.nodes.kill(leader);
    await load.progress.advanced(laneCount + 1);
    await secured.nodes.restart(leader);
    for (const what of ['both', 'inbound', 'outbound'] as const) await cutLeader(load, what);
    await load.stop();
    expect(load.gaveUp).to.deep.equal([]);
    await checkAtEach(load, 'list-in-faults');
  });

  it('gets another authority by way of both, and no request fails', async () => {
    const { credentials } = secured;
    const byToken = start('list-by-token', await ofToken());
    const byFirst = start('list-by-first', { tls: await credentials.userTls('first') });
    await byFirst.progress.advanced(laneCount);
    await secured.change({ known: ['first', 'second'], signer: 'first' });
    const bySecond = start('list-by-second', { tls: await credentials.userTls('second') });
    await bySecond.progress.advanced(laneCount);
    await secured.change({ known: ['first', 'second'], signer: 'second' });
    await byFirst.progress.advanced(laneCount + 1);
    await byFirst.stop();
    await secured.change({ known: ['second'], signer: 'second' });
    // All connections of this node are made anew, by the new certificates.
    const leader = await secured.leader();
    await secured.nodes.kill(leader);
    await secured.nodes.restart(leader);
    await bySecond.progress.advanced(laneCount + 1);
    await Promise.all([byToken.stop(), bySecond.stop()]);
    for (const load of [byToken, byFirst, bySecond]) expect(load.gaveUp).to.deep.equal([]);
    await checkAtEach(byToken, 'list-by-token');
    await checkAtEach(byFirst, 'list-by-first');
    await checkAtEach(bySecond, 'list-by-second');
  });

  it('has no use for the former authority any more', async () => {
    const { credentials, nodes } = secured;
    const [cert, key] = ['user-anna.pem', 'user-anna-key.pem'].map((name) =>
      credentials.pathOf('first', name),
    );
    const get = ['get', 'list', ...briefly];
    const ca = { PAXKV_CA_FILE: credentials.pathOf('second', 'ca.pem') };
    const user = { PAXKV_CERT_FILE: cert, PAXKV_KEY_FILE: key };
    const former = await secured.commandElsewhere(get, { ...ca, ...user });
    expect(former.stderr).to.match(/KV_UNAUTHENTICATED/);
    expect((await secured.commandElsewhere(get, { PAXKV_TOKEN: token })).stderr).to.match(
      /certificate/,
    );
    expect((await secured.commandElsewhere(get, { ...ca, PAXKV_TOKEN: token })).code).to.equal(0);
    const member = {
      ...{ secret: nodes.secretFile, ca: ca.PAXKV_CA_FILE },
      ...{ cert: credentials.pathOf('first', 'member-2.pem') },
      key: credentials.pathOf('first', 'member-2-key.pem'),
    };
    expect(await secured.passForNode(2, member)).not.to.match(/accepted/);
  });

  function client(settings: ClientSettings = {}) {
    return secured.nodes.client({ attemptTimeoutMs: 1000, timeoutMs: 60_000, ...settings });
  }

  function start(key: string, credentials: CommandCredentials): Appenders {
    return new Appenders(
      key,
      Array.from({ length: laneCount }, () => client({ credentials })),
    );
  }

  /** The credentials of a client that has the token of the user. */
  async function ofToken(): Promise<CommandCredentials> {
    return { token, tls: { ca: await secured.credentials.authorities('first', 'second') } };
  }

  /** Runs a command as root, and resolves with what it printed. */
  async function done(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await secured.command(words);
    expect(code, `${words.join(' ')}: ${stderr}`).to.equal(0);
    return stdout;
  }

  /** The other two elect a leader, and go on. */
  async function cutLeader(load: Appenders, what: Cut): Promise<void> {
    const { network, nodes } = secured;
    await secured.allReady();
    const leader = await secured.leader();
    await network.cut(leader, what);
    try {
      await pause(cutMs);
      await load.progress.advanced(laneCount + 1);
      const [other = 0] = nodes.nodes.filter((node) => node !== leader);
      const told = (await nodes.status(other)).leader;
      expect(told, `${what} cut of node ${leader}`).to.not.equal(leader);
    } finally {
      await network.heal(leader, what);
    }
  }

  async function checkAtEach(load: Appenders, key: string): Promise<void> {
    for (const node of secured.nodes.nodes) load.check(await client({ nodes: [node] }).get(key));
  }
});
