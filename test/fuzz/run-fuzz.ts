/** Sends inputs to a server, and watches in between that it lives, answers in time and gives its memory back. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@paxkv/simulator';
import type { FuzzedServer } from './fuzzed-server.ts';
import type { Target } from './target.ts';

export interface FuzzPlan {
  readonly target: Target;
  readonly inputCount: number;
  readonly seed: string;
  /** How long the server may take to give its memory back, in milliseconds. Default: 60,000. */
  readonly settleMsMax?: number;
}

export interface FuzzReport {
  readonly inputCount: number;
  readonly seconds: number;
  /** The longest valid request in between, in milliseconds. */
  readonly slowestMs: number;
  /** What the server holds after the inputs, and did not hold before. */
  readonly grownBytes: number;
  readonly peakResidentBytes: number;
}

const connectionCountDefault = 32;
/** Inputs between two looks at the server. */
const roundInputCount = 1000;
/** How long a connection waits for what the server says to its last input. */
const quietMs = 5;
/** A valid request takes no longer while nothing else is sent. */
const validMsMax = 250;
/** The machine may be busy with other things: one of so many tries must be in time. */
const validTryCount = 4;
const grownBytesMax = 64 * 1024 * 1024;
/** What inputs have left behind is let go after at most the longest timeout of the server. */
const endKnownMs = 200;
const settleMsDefault = 60_000;

/** @throws Error if the server ends, answers wrongly or too late, or keeps memory; it names the seed. */
export async function runFuzz(server: FuzzedServer, plan: FuzzPlan): Promise<FuzzReport> {
  const startedAt = performance.now();
  let slowestMs = await validMs(server);
  const { heldBytes: before } = await server.memory();
  let peakResidentBytes = 0;
  for (let first = 0; first < plan.inputCount; first += roundInputCount) {
    const count = Math.min(roundInputCount, plan.inputCount - first);
    try {
      await sendRound(server, plan, { first, count });
      slowestMs = Math.max(slowestMs, await validMs(server));
      const { residentBytes } = await server.memory();
      peakResidentBytes = Math.max(peakResidentBytes, residentBytes);
    } catch (cause) {
      // A refused connection is known before the end of the process that refused it.
      await sleep(endKnownMs);
      const where = `${plan.target.name}, seed ${plan.seed}, inputs ${first} to ${first + count}`;
      throw new Error(`${where}: ${server.end ?? messageOf(cause)}`, { cause });
    }
  }
  const grownBytes = await grownWhenSettled(server, before, plan.settleMsMax ?? settleMsDefault);
  const seconds = (performance.now() - startedAt) / 1000;
  return { inputCount: plan.inputCount, seconds, slowestMs, grownBytes, peakResidentBytes };
}

interface Round {
  readonly first: number;
  readonly count: number;
}

/** The inputs of a round depend on the seed and on the number of the first one only. */
async function sendRound(server: FuzzedServer, { target, seed }: FuzzPlan, round: Round) {
  const random = new SeededRandom(seed).stream(`${target.name}/${round.first}`);
  const inputs = Array.from({ length: round.count }, () => target.next(random));
  const { connectionCount = connectionCountDefault } = target;
  const work = Array.from({ length: connectionCount }, async () => {
    while (inputs.length > 0) {
      if (server.end !== undefined) throw new Error(server.end);
      await sendSome(await target.open(server), inputs, target.inputsPerConnection);
    }
  });
  await Promise.all(work);
}

async function sendSome(socket: Socket, inputs: Buffer[], countMax: number): Promise<void> {
  socket.on('data', () => undefined);
  for (let count = 0; count < countMax && !socket.destroyed; count += 1) {
    const input = inputs.pop();
    if (input === undefined) break;
    socket.write(input);
    // Enough time for an answer, which may be the end of the connection.
    const controller = new AbortController();
    const { signal } = controller;
    const answer = Promise.race([
      once(socket, 'data', { signal }),
      once(socket, 'close', { signal }),
    ]);
    await Promise.race([answer, sleep(quietMs)]).catch(() => undefined);
    controller.abort();
    await answer.catch(() => undefined);
  }
  socket.destroy();
}

/** The slower one of a valid read and a valid write. @throws Error if one fails, or all tries are late */
async function validMs(server: FuzzedServer): Promise<number> {
  let ms = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < validTryCount && ms > validMsMax; attempt += 1) {
    ms = Math.max(await server.read(), await server.write());
  }
  if (ms <= validMsMax) return ms;
  throw new Error(`a valid request took ${Math.round(ms)} ms, ${validTryCount} times in a row`);
}

async function grownWhenSettled(
  server: FuzzedServer,
  before: number,
  settleMsMax: number,
): Promise<number> {
  const endMs = performance.now() + settleMsMax;
  for (;;) {
    const grownBytes = (await server.memory()).heldBytes - before;
    if (grownBytes <= grownBytesMax) return grownBytes;
    if (performance.now() > endMs) {
      throw new Error(`the server keeps ${Math.round(grownBytes / 2 ** 20)} MiB more than before`);
    }
    await sleep(500);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
