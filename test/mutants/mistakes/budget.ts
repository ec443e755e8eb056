/** Mistakes of what clients share: memory, bounds and turns. */
import { byTest, type Mutant } from '../mutant.ts';

const bound = 'kvserver/src/budget/fair-bound.ts';
const boundTest = 'unit/kvserver/budget/fair-bound';
const queue = 'kvserver/src/budget/fair-queue.ts';
const queueTest = 'unit/kvserver/budget/fair-queue';
const foreignTest = 'unit/kvserver/api/stream/foreign-bytes';
const reads = 'kvserver/src/budget/read-turns.ts';
const readsTest = 'unit/kvserver/budget/read-turns';
const reader = 'kvserver/src/state-machine/store/entry-reader.ts';
const readerTest = 'unit/kvserver/state-machine/store/entry-reader';
const cachedValue = 'kvserver/src/state-machine/store/cached-value.ts';
const cachedValueTest = 'unit/kvserver/state-machine/store/cached-value';
const limits = 'kvserver/src/config/limits.ts';
const alternation = 'kvserver/src/replica/writes/alternation.ts';
const writes = 'kvserver/src/replica/writes/writes.ts';
const writesTest = 'unit/kvserver/replica/writes/writes-between-leaders';
const aheadTest = 'unit/kvserver/replica/writes/writes-ahead';

export const budgetMutants: readonly Mutant[] = [
  {
    id: 'one-client-takes-all',
    mistake: 70,
    does: 'A connection may hold all that is free.',
    loses: 'One client takes the whole bound, and all others are refused.',
    file: bound,
    right: 'return own <= free && this.#pool.used',
    wrong: 'return this.#pool.used',
    caughtBy: [byTest(boundTest, 'gives one client half, and each later one what is still free')],
  },
  {
    id: 'one-principal-takes-all',
    mistake: 70,
    does: 'The connections of one principal are not counted together.',
    loses: 'A client with many connections takes the whole bound.',
    file: bound,
    right: 'own <= free && this.#pool.used + amount <= principalFactor * free',
    wrong: 'own <= free',
    caughtBy: [
      byTest(boundTest, 'gives the connections of one principal together three quarters at most'),
    ],
  },
  {
    id: 'small-parts-without-bound',
    mistake: 70,
    does: 'Each connection gets a little, whether or not much is free.',
    loses: 'A thousand connections of one client leave nothing to the next one.',
    file: bound,
    right: 'Math.min(max * smallPart, free * smallFreePart)',
    wrong: 'Math.min(max * smallPart, free)',
    caughtBy: [
      byTest(
        boundTest,
        'leaves room for one more client, however many connections of one principal take a little',
      ),
    ],
  },
  {
    id: 'closed-account-holds',
    mistake: 57,
    does: 'An account that closes gives nothing back.',
    loses: 'Clients that disconnect use up the budget for good.',
    file: bound,
    right: '    this.giveBack(this.#used);\n    this.#isClosed = true;',
    wrong: '    this.#isClosed = true;',
    caughtBy: [
      byTest(
        boundTest,
        'gets everything back from an account that closes, once, and nothing afterwards',
      ),
      byTest(
        foreignTest,
        'keeps no more unread values of all clients than the budget, and forgets those of a lost one',
      ),
    ],
  },
  {
    id: 'batches-of-thousands',
    mistake: 70,
    does: 'A batch takes as many requests as are queued, up to some thousand.',
    loses: 'A request waits for thousands of those of others, which are in the log before it.',
    file: limits,
    right: 'batchRequestCountMax: 256',
    wrong: 'batchRequestCountMax: 1024',
    caughtBy: [
      byTest(
        aheadTest,
        'wait at a leader for five batches of others at most, however many those have pending',
      ),
    ],
  },
  {
    id: 'followers-before-the-leader',
    mistake: 70,
    does: 'The leader proposes its own batches only while no follower has forwarded one.',
    loses: 'A client of the leader waits for as long as a client keeps a follower busy.',
    file: alternation,
    right: 'this.#isSecondsTurn = !isSecondsTurn;',
    wrong: 'this.#isSecondsTurn = false;',
    caughtBy: [
      byTest(writesTest, 'take turns with the batches of a busy follower, also if they are few'),
    ],
  },
  {
    id: 'few-wait-for-followers',
    mistake: 70,
    does: 'A few requests wait until no batch of anyone is in flight.',
    loses: 'A client of the leader waits for as long as a client keeps a follower busy.',
    file: writes,
    right: 'this.#proposals.ownInFlightCount',
    wrong: 'this.#proposals.inFlightCount',
    caughtBy: [
      byTest(writesTest, 'take turns with the batches of a busy follower, also if they are few'),
    ],
  },
  {
    id: 'principal-waits-behind-connections',
    mistake: 70,
    does: 'Connections take turns, and not principals.',
    loses: 'A client with a hundred connections gets a hundred turns.',
    file: queue,
    right: '    if (group.lanes.length > 0) this.#turns.push(group);',
    wrong:
      '    if (group.lanes.length > 1) this.#turns.unshift(group);\n    else if (group.lanes.length > 0) this.#turns.push(group);',
    caughtBy: [
      byTest(queueTest, 'shares between principals first, however many connections one has'),
    ],
  },
  {
    id: 'turn-without-end',
    mistake: 70,
    does: 'The turn of a client lasts until it has nothing more.',
    loses: 'A client with thousands of requests delays every other.',
    file: queue,
    right: 'while (lane.credit > 0) {',
    wrong: 'while (lane.credit > -Infinity) {',
    caughtBy: [
      byTest(queueTest, 'lets a client with one item wait for a turn of each other one at most'),
    ],
  },
  {
    id: 'turns-by-number',
    mistake: 70,
    does: 'An item costs its client the same, however large it is.',
    loses: 'A client that asks for values of a mebibyte gets nearly all the time.',
    file: queue,
    right: 'lane.credit -= verdict;',
    wrong: 'lane.credit -= Math.min(verdict, 4096);',
    caughtBy: [byTest(queueTest, 'shares by cost, not by number')],
  },
  {
    id: 'debt-forgiven',
    mistake: 70,
    does: 'What a client used beyond its turn is not taken from its next one.',
    loses: 'As with turns by number.',
    file: queue,
    right: 'else if (lane.credit <= 0) lane.credit += quantum;',
    wrong: 'else lane.credit = quantum;',
    caughtBy: [byTest(queueTest, 'shares by cost, not by number')],
  },
  {
    id: 'sockets-read-without-slices',
    mistake: 70,
    does: 'One turn of the event loop reads every socket on which something has arrived.',
    loses:
      'Hundreds of clients that send at once stop the server for seconds, heartbeats included.',
    file: reads,
    right: '} else if (!this.#isOver && now() > this.#endMs) {',
    wrong: '} else if (!this.#isOver && now() < 0) {',
    caughtBy: [
      byTest(readsTest, 'reads a few milliseconds in a turn, and the other sockets in later ones'),
    ],
  },
  {
    id: 'socket-read-twice-in-a-round',
    mistake: 70,
    does: 'Every socket is read again in the next turn, those that were just read among them.',
    loses: 'A few clients that send without end keep all others from being read.',
    file: reads,
    right: '      if (source.readRound === this.#round) continue;\n',
    wrong: '',
    caughtBy: [
      byTest(readsTest, 'reads no socket again before it has read each other one that waits'),
    ],
  },
  {
    id: 'paused-socket-resumed',
    mistake: 45,
    does: 'A socket that its owner has paused is resumed in the next turn.',
    loses: 'A server reads from a client that takes no replies, beyond its memory.',
    file: reads,
    right: 'if (!isHeld()) socket.resume();',
    wrong: 'socket.resume();\n  isHeld();',
    caughtBy: [byTest(readsTest, 'resumes no socket that its owner paused, before or meanwhile')],
  },
  {
    id: 'refusals-without-end',
    mistake: 70,
    does: 'A connection may go on, however many of its pipelined requests were refused.',
    loses: 'Refusals for a few clients that send without end stop the server.',
    file: 'kvserver/src/api/security/guard.ts',
    right: '      request.socket.destroy();\n      return false;\n',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/api/security/guard',
        'closes a connection on which 10,000 requests are pipelined, and refuses few of them',
      ),
    ],
  },
  {
    id: 'waits-end-all-at-once',
    mistake: 70,
    does: 'All waits with one deadline end in one turn of the event loop.',
    loses: 'Ten thousand requests that time out together stop the server for a second.',
    file: 'kvserver/src/replica/requests/pending-requests.ts',
    right: ' || count === expiredAtOnceMax',
    wrong: '',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/requests/pending-requests',
        'ends thousands of waits at one deadline in parts, each in a turn of its own',
      ),
    ],
  },
  {
    id: 'cache-keeps-batch',
    mistake: 57,
    does: 'A large value in memory is a view of the batch in which it was written.',
    loses: 'The cache takes many times its limit.',
    file: cachedValue,
    right: 'value.buffer.byteLength > 2 * value.length',
    wrong: 'value.buffer.byteLength < value.length',
    caughtBy: [byTest(cachedValueTest, 'keeps no batch in memory, of which it is a small part')],
  },
  {
    id: 'reply-shares-value',
    mistake: 57,
    does: 'The large value of a reply is the one in the state.',
    loses: 'A program that changes what a get returned changes the state of one replica.',
    file: cachedValue,
    right: "typeof value === 'string' ? fromText(value) : copyOf(value)",
    wrong: "typeof value === 'string' ? fromText(value) : value",
    caughtBy: [
      byTest(cachedValueTest, 'has bytes of its own: to change them does not change the state'),
    ],
  },
  {
    id: 'large-displace-small',
    mistake: 45,
    does: 'Large entries share the room of small ones.',
    loses: 'One client that reads large values has all others wait for the database.',
    file: 'kvserver/src/state-machine/store/recent-entries.ts',
    right: 'valueBytes > textBytesMax ? this.#large : this.#small',
    wrong: 'valueBytes > textBytesMax ? this.#small : this.#small',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/store/recent-entries',
        'drop no small entry for large ones, however many these are',
      ),
    ],
  },
  {
    id: 'value-read-without-room',
    mistake: 45,
    does: 'A value is read from the database before there is room for it.',
    loses: 'One frame of gets takes gigabytes.',
    file: reader,
    right: 'hasRoom(valueBytesMax) ? this.#readLater(name) : noRoom',
    wrong: 'hasRoom(0) ? this.#readLater(name) : noRoom',
    caughtBy: [byTest(readerTest, 'takes room for the longest value before it asks the database')],
  },
  {
    id: 'value-copied-without-room',
    mistake: 45,
    does: 'A value in memory is copied whether or not there is room.',
    loses: 'One frame of gets takes gigabytes.',
    file: reader,
    right: 'return hasRoom(slot.entry?.value.length ?? 0) ? entryOf(slot) : noRoom;',
    wrong: 'return hasRoom(0) ? entryOf(slot) : noRoom;',
    caughtBy: [byTest(readerTest, 'takes room for a value before it copies it from memory')],
  },
  {
    id: 'room-not-asked',
    mistake: 45,
    does: 'A get is answered whether or not its client has room for the reply.',
    loses: 'A client that does not read takes the memory of the server.',
    file: 'kvserver/src/replica/reads/reads.ts',
    right: 'return pending.room?.reserve(valueBytes) ?? true;',
    wrong: 'return pending.room?.reserve(valueBytes) !== undefined || true;',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/reads/reads',
        'reserves room before it reads, and reads once there is room',
      ),
    ],
  },
  {
    id: 'unread-values-without-bound',
    mistake: 45,
    does: 'Gets of a stream are answered while its client reads nothing.',
    loses: 'As before.',
    file: 'kvserver/src/api/stream/reply-room.ts',
    right: 'if (valueBytes > 0 && isFull) return false;',
    wrong: 'if (valueBytes < 0 && isFull) return false;',
    caughtBy: [
      byTest(
        foreignTest,
        'keeps no more unread values than its limit, and sends all once they are read',
      ),
    ],
  },
  {
    id: 'reservation-kept',
    mistake: 57,
    does: 'What was reserved for a reply stays reserved.',
    loses: 'After a while the gets of a stream wait for ever.',
    file: 'kvserver/src/api/stream/reply-room.ts',
    right: '    this.#outbox.reservedBytes -= this.bytes;\n',
    wrong: '',
    caughtBy: [
      byTest(
        foreignTest,
        'keeps no more unread values than its limit, and sends all once they are read',
      ),
    ],
  },
  {
    id: 'slow-reader-kept',
    mistake: 70,
    does: 'A client that never reads its replies is kept.',
    loses: 'A few such clients hold the budget for ever.',
    file: 'kvserver/src/api/stream/stream-connection.ts',
    right: "if (nowMs - sendingSinceMs >= msMax) this.#refuse('replies were not read in time');",
    wrong: 'if (nowMs - sendingSinceMs >= msMax) this.#regulate();',
    caughtBy: [
      byTest(
        foreignTest,
        'closes a client that does not read a frame in time, though nobody waits',
      ),
      byTest(
        foreignTest,
        'closes a client that does not read, with a code, and sooner while others wait for room',
      ),
    ],
  },
  {
    id: 'slow-reader-kept-though-others-wait',
    mistake: 70,
    does: 'A client that does not read has the same time, whether or not others wait for room.',
    loses: 'Others wait half a minute for each client that does not read.',
    file: 'kvserver/src/api/stream/stream-listener.ts',
    right: 'this.#budget.isAwaited ? Math.min(shortSlowMsMax, slowMsMax) : slowMsMax',
    wrong: 'this.#budget.isAwaited ? Math.max(shortSlowMsMax, slowMsMax) : slowMsMax',
    caughtBy: [
      byTest(
        foreignTest,
        'closes a client that does not read, with a code, and sooner while others wait for room',
      ),
    ],
  },
];
