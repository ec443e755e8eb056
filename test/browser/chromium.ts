/** A browser without a window, if this machine has one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Its path, or `undefined` if there is none. */
export function findChromium(): string | undefined {
  const { PATH = '' } = process.env;
  const folders = PATH.split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

/** Opens `url`. Gives back a way to end the browser, with all it kept. */
export async function openPage(chromium: string, url: string): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), 'paxkv-browser-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const args = [...flags, `--user-data-dir=${profile}`, url];
  const browser = spawn(chromium, args, { stdio: 'ignore', detached: true });
  await once(browser, 'spawn');
  return async () => {
    const ended = once(browser, 'exit');
    // Its own processes go with it: they are one group.
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
