/**
 * A test that takes all its chance from one seed. When it fails it says which seed, and the command
 * that shows the same failure again.
 */
import { SeededRandom } from './seeded-random.ts';
import { type RunOptions, World } from './world.ts';

/** What replays every test from one given seed. */
const seedVariable = 'PAXKV_SEED';
const withinMsDefault = 24 * 3_600_000;

/** How a seeded test is run. */
export interface SeededRunOptions extends RunOptions {
  /** By default the environment's `PAXKV_SEED`; without it, a number that depends on the title only. */
  readonly seed?: string | number;
  /** How to run this test alone, before which the seed is set; mocha by its title by default. */
  readonly command?: string;
}

/**
 * A title and a body, as test runners take them.
 *
 * @example
 * it(...seeded('agrees with one peer deaf', async (world) => { … }));
 */
export function seeded(
  title: string,
  main: (world: World) => Promise<void>,
  options: SeededRunOptions = {},
): [title: string, body: () => Promise<void>] {
  return [title, () => seededRun(title, main, options)];
}

/**
 * Runs `main` in a new world; at most a day of its time by default.
 *
 * @throws What the run throws; its message then ends with the seed and the command.
 */
export async function seededRun<T>(
  title: string,
  main: (world: World) => Promise<T>,
  options: SeededRunOptions = {},
): Promise<T> {
  const { withinMs = withinMsDefault, command = `npx mocha -f ${quote(title)}` } = options;
  const seed = options.seed ?? process.env[seedVariable] ?? seedOf(title);
  const world = new World({ seed });
  try {
    return await world.run(() => main(world), { withinMs });
  } catch (error) {
    throw withReplay(error, `Seed ${seed}: ${seedVariable}=${quote(String(seed))} ${command}`);
  }
}

function seedOf(title: string): number {
  return new SeededRandom(title).integer(0, 2 ** 32 - 1);
}

/** The same error, so that what a test runner reads from it is kept. */
function withReplay(error: unknown, replay: string): Error {
  const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
  const message = `${failure.message}\n${replay}`;
  return Object.defineProperty(failure, 'message', {
    value: message,
    configurable: true,
    writable: true,
  });
}

/** As a shell reads it back. */
function quote(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
