/**
 * Message limits: how many elements one message carries at most. A peer that has more to tell says so by what the
 * message leaves out, and tells the rest later. Limits decide only how many messages it takes.
 */
import { learnCountMax, outcomeCountMax } from './commit.ts';

/**
 * How many elements one message of a peer carries. Each is an integer from 1 to its default, since receivers refuse
 * longer messages. Peers may have different limits.
 */
export interface MessageLimits {
  /** Votes in one log promise. Default 64. */
  readonly voteCountMax: number;
  /** Commit notices piggybacked on one request for a vote. Default 64. */
  readonly outcomeCountMax: number;
  /** Decisions that one message asks for. Default 16. */
  readonly learnCountMax: number;
}

/** The highest limits, which every receiver accepts. */
export const messageLimitsDefault: MessageLimits = {
  voteCountMax: 64,
  outcomeCountMax,
  learnCountMax,
};

/**
 * The given limits, and the defaults of the others.
 *
 * @throws TypeError if one is out of its range.
 */
export function completeMessageLimits(given: Partial<MessageLimits> = {}): MessageLimits {
  const limits = { ...messageLimitsDefault, ...given };
  for (const name of ['voteCountMax', 'outcomeCountMax', 'learnCountMax'] as const) {
    const [limit, highest] = [limits[name], messageLimitsDefault[name]];
    if (Number.isInteger(limit) && limit >= 1 && limit <= highest) continue;
    throw new TypeError(`${name} must be an integer from 1 to ${highest}, not ${limit}`);
  }
  return limits;
}
