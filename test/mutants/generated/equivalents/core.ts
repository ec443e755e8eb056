/** Mutants of `packages/paxos/src/core` that behave as the original does. */
import { type Equivalent, ofFile } from './equivalent.ts';

const beyondAll = 'undefined is below no number, so the comparison alone is false as well';
const onlyTime = 'what bounds the search decides how long it takes, and not what it finds';
const noticedAsAnswer =
  'nothing follows from it but that its sender answers, which is noted of any answer';
const begun = 'a peer that is no member has begun an incarnation before anything else';

export const coreEquivalents: readonly Equivalent[] = [
  ...ofFile('paxos/src/core/trace/trace-replay.ts', [
    ...['line', "line ?? 'mutated'"].map((mutated) => ({
      within: 'parse',
      original: "line ?? ''",
      mutated,
      because: 'what stands for no line is no JSON in any case',
    })),
  ]),
  ...ofFile('paxos/src/core/wake.ts', [
    {
      within: 'wakeAtOf',
      original: 'participation.isMember',
      mutated: 'true',
      because: 'nothing starts the election timer of a peer that is no member',
    },
  ]),
  ...ofFile('paxos/src/core/commit/catch-up.ts', [
    {
      within: 'heldFrom',
      original: 'mins[quorumSize(mins.length) - 1] ?? min',
      mutated: 'mins[quorumSize(mins.length) - 1]',
      because: 'the list has one number for each peer, which is at least a quorum of them',
    },
    {
      within: 'request',
      original: 'to !== undefined',
      mutated: 'true',
      because: 'a question to nobody ends where it finds no receiver',
    },
  ]),
  ...ofFile('paxos/src/core/commit/decisions.ts', [
    {
      within: 'wake',
      original: 'wakeAt !== undefined && wakeAt <= step.now',
      mutated: 'wakeAt <= step.now',
      because: beyondAll,
    },
  ]),
  ...ofFile('paxos/src/core/commit/notice-retries.ts', [
    {
      within: 'takeDue',
      original: 'wakeAt !== undefined && wakeAt <= now',
      mutated: 'wakeAt <= now',
      because: beyondAll,
    },
  ]),
  ...ofFile('paxos/src/core/commit/quorum-read.ts', [
    ...['0', '2'].map((count) => ({
      within: '#chooseQuorum',
      original: 'Math.max(1, others.length)',
      mutated: `Math.max(${count}, others.length)`,
      because: 'fewer than two others are in the same order wherever the turn begins',
    })),
  ]),
  ...ofFile('paxos/src/core/instance/acceptor.ts', [
    {
      within: 'restore',
      original: 'return;',
      mutated: 'left out',
      because: 'it makes a record of no instance, which nothing asks for and no list holds',
    },
  ]),
  ...ofFile('paxos/src/core/instance/agreement.ts', [
    {
      within: 'proposalFloor',
      original: 'floor === min',
      mutated: 'false',
      because: 'where both are the same, the longer way ends there too',
    },
    {
      within: 'onUndeliverable',
      original: "message.type === 'decided' || message.type === 'accept'",
      mutated: 'true',
      because: 'no other message has commit notices to repeat',
    },
    {
      within: '#onRequest',
      original: "request.type === 'accept'",
      mutated: 'true',
      because: 'no other request has what is looked for there',
    },
  ]),
  ...ofFile('paxos/src/core/instance/instance-map.ts', [
    ...[
      ['to - from', 'to + from'],
      ['to - from > this.#records.size', 'to - from >= this.#records.size'],
      ['to - from > this.#records.size', 'true'],
    ].map(([original = '', mutated = '']) => ({
      within: 'within',
      original,
      mutated,
      because: 'both ways find the same records, and differ in how long they take',
    })),
    { within: '#min', original: '#min = 0;', mutated: '#min = 1;', because: onlyTime },
    {
      within: 'forgetBelow',
      original: 'this.#min = Math.max(this.#min, min);',
      mutated: 'left out',
      because: onlyTime,
    },
    {
      within: 'forgetBelow',
      original: 'Math.max(this.#min, min)',
      mutated: 'Math.min(this.#min, min)',
      because: onlyTime,
    },
  ]),
  ...ofFile('paxos/src/core/leader/election.ts', [
    {
      within: 'onMessage',
      original: "'heartbeatAck'",
      mutated: 'case forgotten',
      because: noticedAsAnswer,
    },
    {
      within: 'observe',
      original: "message.type === 'rejected' && message.logPromise",
      mutated: 'message.logPromise',
      because: 'no other message about an instance has that field',
    },
  ]),
  ...ofFile('paxos/src/core/leader/failure-detector.ts', [
    {
      within: 'startPreVote',
      original: 'delayMs >= silenceMs',
      mutated: 'delayMs > silenceMs',
      because: 'the waits double from 50 ms, and none is 500 ms',
    },
  ]),
  ...ofFile('paxos/src/core/leader/leader.ts', [
    {
      within: 'start',
      original: 'this.#options.isCandidate',
      mutated: 'true',
      because: 'the timer of a peer that may not lead wakes nobody',
    },
    {
      within: 'onRequestsSent',
      original: "this.#role.name === 'leader' && this.#isReachingQuorum(silenceMs / 2, now)",
      mutated: 'this.#isReachingQuorum(silenceMs / 2, now)',
      because: 'nothing reads the time in another role, and a leader begins with a role of its own',
    },
    {
      within: 'grantsPreVote',
      original: 'from < this.#options.me',
      mutated: 'from <= this.#options.me',
      because: 'a peer is not asked whether it is its own rival',
    },
    {
      within: 'onPreVoteGranted',
      original: "role.name !== 'preCandidate' || role.id !== id",
      mutated: 'role.id !== id',
      because: 'no other role has an id',
    },
  ]),
  ...ofFile('paxos/src/core/peer.ts', [
    {
      within: '#onMessage',
      original: "'heartbeatAck'",
      mutated: 'case forgotten',
      because: noticedAsAnswer,
    },
  ]),
  ...ofFile('paxos/src/core/plausibility/named-numbers.ts', [
    ...['message.vote?.ballot.round', 'message.logPromise?.round'].map((round) => ({
      within: 'highestRound',
      original: `${round} ?? 0`,
      mutated: `${round} ?? 1`,
      because: 'rounds begin at 1, so the ballot of the message itself is as high',
    })),
  ]),
  ...ofFile('paxos/src/core/plausibility/plausibility.ts', [
    {
      within: '#implausibleMark',
      original: 'mark.incarnations[me] ?? 0',
      mutated: 'mark.incarnations[me]',
      because: 'no number at all is above the bound as little as 0 is',
    },
  ]),
  ...ofFile('paxos/src/core/recovery/incarnations.ts', [
    {
      within: 'restore',
      original: 'peers[index] ?? peer',
      mutated: 'peers[index]',
      because: 'what was written names every peer of the group',
    },
    {
      within: '#of',
      original: 'this.#peers[peer] ?? unknownPeer',
      mutated: 'this.#peers[peer]',
      because: 'there is a record of every peer of the group',
    },
    {
      within: '#set',
      original: 'isNewIncarnation',
      mutated: 'true',
      because: 'it makes a list with the same numbers',
    },
  ]),
  ...ofFile('paxos/src/core/recovery/rejoin.ts', [
    {
      within: 'wake',
      original: 'this.#wakeAt !== undefined && this.#wakeAt > step.now',
      mutated: 'this.#wakeAt > step.now',
      because: 'undefined is above no number either',
    },
    {
      within: '#ask',
      original: 'this.#incarnation === undefined',
      mutated: 'false',
      because: begun,
    },
    {
      within: '#conclude',
      original: 'this.#incarnation === undefined || votingFloor === undefined',
      mutated: 'votingFloor === undefined',
      because: begun,
    },
    {
      within: '#conclude',
      original: 'this.#answers.clear();',
      mutated: 'left out',
      because: 'nothing reads the answers once this peer is a member',
    },
  ]),
];
