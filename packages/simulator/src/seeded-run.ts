/**
 * A test whose randomness comes from one seed. A failure names the seed, and the command that reproduces
 * it.
 */
import { SeededRandom } from './seeded-random.ts';
import { type RunOptions, World } from './world.ts';

/** The environment variable that gives every test its seed. */
const seedVariable = 'PAXKV_SEED';
const withinMsDefault = 24 * 3_600_000;

/** How a seeded test is run. */
export interface SeededRunOptions extends RunOptions {
  /** Default: `PAXKV_SEED` of the environment, or else a number that depends on the title only. */
  readonly seed?: string | number;
  /** The command that runs this test alone; the seed is set before it. Default: mocha with the title. */
  readonly command?: string;
}

/**
 * The title and the body of a test, as test runners take them.
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
 * Runs `main` in a new world, by default for at most a day of simulated time.
 *
 * @throws The error of the run, with the seed and the command at the end of its message.
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
    throw withReplay(error, `seed ${seed}: ${seedVariable}=${quote(String(seed))} ${command}`);
  }
}

function seedOf(title: string): number {
  return new SeededRandom(title).integer(0, 2 ** 32 - 1);
}

/** Adds to the error itself, so that a test runner still finds its other properties. */
function withReplay(error: unknown, replay: string): Error {
  const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
  const message = `${failure.message}\n${replay}`;
  return Object.defineProperty(failure, 'message', {
    value: message,
    configurable: true,
    writable: true,
  });
}

/** Quotes a text for a shell. */
function quote(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
