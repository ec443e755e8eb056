/**
 * Installs the dependencies, compiles the sources, and builds the console and the bundle of the command, each only
 * where needed. Every npm script runs it first, on a clean clone too, so it uses nothing but Node and npm. If the
 * installed dependencies are those of the lockfile, it asks no registry.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageManager = 'pnpm@12.21.0';
const nodeVersionMin = [20, 19];

/** What is over sooner needs no announcement. */
const announceMs = 1500;
const remindMs = 15_000;
const errorLinesMax = 12;
const networkError =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/;

/** Ends the setup with a message of one or more lines. */
class SetupError extends Error {}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [majorMin, minorMin] = nodeVersionMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  throw new SetupError(
    `paxkv needs Node ${nodeVersionMin.join('.')} or later, and this is ${process.version}.`,
  );
}

/** pnpm keeps a copy of the lockfile that it installed, and links each dependency into its package. */
function isInstalled() {
  const installed = join(root, 'node_modules/.pnpm/lock.yaml');
  if (!existsSync(installed)) return false;
  const wanted = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  return readFileSync(installed, 'utf8') === wanted && workspacePackages().every(hasDependencies);
}

function workspacePackages() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  return ['.', ...packages, 'test', 'bench'].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  );
}

function hasDependencies(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return names.every((name) => existsSync(join(root, folder, 'node_modules', name)));
}

async function install() {
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'];
  const result = await run('installing the dependencies', 'npx', args);
  if (result.code === 0) return;
  const reason = networkError.test(result.output)
    ? [
        'The npm registry cannot be reached. Check the network, and the registry and proxy that npm is',
        'set to (npm config get registry, npm config get proxy), then run the same command again.',
      ]
    : ['Mend what is reported above, then run the same command again.'];
  throw new SetupError(
    [
      `cannot install the dependencies: npx ${args.join(' ')} ${result.end}:`,
      ...tailOf(result.output),
      ...reason,
    ].join('\n'),
  );
}

/** Runs a program of ours that builds something, unless nothing that it is made from has changed. */
async function build(what, program) {
  const result = await run(`building ${what}`, process.execPath, [join(root, program)]);
  if (result.code === 0) return;
  throw new SetupError(
    [`cannot build ${what}: its build ${result.end}:`, ...tailOf(result.output)].join('\n'),
  );
}

async function compile() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const result = await run('compiling the sources', process.execPath, [compiler, '--build']);
  if (result.code === 0) return;
  throw new SetupError(
    [
      `cannot compile the sources: tsc --build ${result.end}:`,
      ...tailOf(result.output),
      'Mend what is reported above. If the sources are as they came, delete node_modules and try again.',
    ].join('\n'),
  );
}

/** Runs a program to its end, and says what it does if that takes a while. */
function run(doing, program, args) {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  let isAnnounced = false;
  const announce = setTimeout(() => {
    isAnnounced = true;
    say(`${doing} …`);
  }, announceMs);
  const remind = setInterval(() => say(`still ${doing} (${seconds()} s)`), remindMs);
  return new Promise((resolve, reject) => {
    let output = '';
    // On Windows npx is a script, which only a shell runs.
    const shell = process.platform === 'win32' && program === 'npx';
    const child = spawn(program, args, { cwd: root, env: environment(), shell });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        output += bytes;
      });
    }
    const settle = () => {
      clearTimeout(announce);
      clearInterval(remind);
    };
    child.on('error', (error) => {
      settle();
      reject(new SetupError(`cannot run ${program}: ${error.message}. Is npm installed?`));
    });
    child.on('close', (code, signal) => {
      settle();
      if (isAnnounced && code === 0) say(`done ${doing} after ${seconds()} s`);
      resolve({ code, output, end: signal === null ? `ended with code ${code}` : `got ${signal}` });
    });
  });
}

/** npm waits for minutes before it gives up a registry that cannot be reached; this makes it seconds. */
function environment() {
  return {
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '5000',
    ...process.env,
    npm_config_update_notifier: 'false',
  };
}

/** The last lines, without the stack traces of npm. */
function tailOf(output) {
  const lines = output.split('\n').filter((line) => !/^(?:npm error)?\s*(?:at .*|\})?$/.test(line));
  return lines.slice(-errorLinesMax).map((line) => `  ${line}`);
}

/** To standard error, so that the output of the script that follows stays its own. */
function say(text) {
  for (const line of text.split('\n')) process.stderr.write(`setup: ${line}\n`);
}

try {
  checkNode();
  if (!isInstalled()) await install();
  await compile();
  // The page that every server sends to browsers. The bundle contains it.
  await build('the console', 'packages/playground/dist/build/console.js');
  await build('the command', 'packages/cli/dist/build/main.js');
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
