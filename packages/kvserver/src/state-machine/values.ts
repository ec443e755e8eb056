/**
 * Reads the values of the log, each once: it is decoded when it is made here or arrives from another server, before
 * anything is written that makes it count, and applied as it was decoded then.
 * Rule: what no version could apply is never voted for, and never learned. A raise of the feature level above this
 * version is learned: a server that is too old for its cluster has to find out, and then ends with the reason.
 */
import type { Bytes } from '@paxkv/protocol';
import {
  decodeBatch,
  encodeAndDecode,
  type LevelRaise,
  type ProposedBatch,
  type ValueContent,
} from './batch.ts';
import { levelOf, unsupportedLevel, type Version } from './features.ts';
import { StateError } from './state-error.ts';

export class Values {
  readonly #version: Version;
  /**
   * What was decoded and not applied yet. Peers keep a value as the object that arrived, so it is found again. An
   * entry lasts as long as its value does, which a peer forgets in the end.
   */
  readonly #decoded = new WeakMap<Bytes, ValueContent>();

  constructor(version: Version) {
    this.#version = version;
  }

  /** The value of a batch, which `read` will not decode again. @throws TypeError as `encodeBatch` does */
  encode(batch: ProposedBatch): Bytes {
    const { value, content } = encodeAndDecode(batch);
    this.#decoded.set(value, content);
    return value;
  }

  /** Whether the value is a batch that this version can apply. */
  acceptsBatch(value: Bytes): boolean {
    return this.accepts(value) && this.#decoded.get(value)?.origin !== undefined;
  }

  /**
   * Whether this version can apply the value, or the value says that this version is too old. What it can apply, `read`
   * will not decode again. Never throws.
   */
  accepts(value: Bytes): boolean {
    try {
      const content = this.#decoded.get(value) ?? decodeBatch(value);
      if (isAbove(content, this.#version)) return true;
      expectProposable(content, this.#version);
      this.#decoded.set(value, content);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * What the value says. Keys and values in it are views into `value`.
   *
   * @throws StateError `STATE_LEVEL_UNSUPPORTED`, `STATE_UNKNOWN_FORMAT`, `STATE_MALFORMED`
   */
  read(value: Bytes): ValueContent {
    const decoded = this.#decoded.get(value);
    if (decoded !== undefined) {
      this.#decoded.delete(value);
      return decoded;
    }
    const content = decodeBatch(value);
    // Safety: what the log means above this level is not known here, so nothing of it may be applied.
    if (isAbove(content, this.#version)) throw unsupportedLevel(content.level, this.#version);
    return content;
  }
}

function isAbove(content: ValueContent, { highest }: Version): content is LevelRaise {
  return 'level' in content && content.level > highest;
}

/** @throws StateError for what no server proposes: a batch without requests, or with a command of no known level. */
function expectProposable(content: ValueContent, version: Version): void {
  const { origin, requests } = content;
  if (origin === undefined) return;
  if (requests.length === 0) throw new StateError('STATE_MALFORMED', 'The batch has no requests.');
  for (const { command } of requests) {
    const level = levelOf(command, version);
    if (level > version.highest) throw unsupportedLevel(level, version);
  }
}
