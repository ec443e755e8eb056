/** A headless browser, if this machine has one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Flags for a browser that a test drives: it needs no sandbox, and asks its maker for nothing. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of the browser, or `undefined` if there is none. */
export function findChromium(): string | undefined {
  const { PATH = '' } = process.env;
  const folders = PATH.split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

/** Opens `url`. Returns a function that ends the browser and deletes its profile. */
export async function openPage(chromium: string, url: string): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), 'paxkv-browser-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const args = [...flags, `--user-data-dir=${profile}`, url];
  const browser = spawn(chromium, args, { stdio: 'ignore', detached: true });
  await once(browser, 'spawn');
  return async () => {
    const ended = once(browser, 'exit');
    // The browser's child processes are in its process group.
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
