/** Replies of the store to every command. */
import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import { Lease } from '@paxkv/kvserver/internal/state-machine/leases/lease';
import { Leases } from '@paxkv/kvserver/internal/state-machine/leases/leases';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { Sessions } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import { toCachedEntry } from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { keysOf } from '@paxkv/kvserver/internal/state-machine/store/keys-of';
import { nameOf } from '@paxkv/kvserver/internal/state-machine/store/latin1';
import { Store } from '@paxkv/kvserver/internal/state-machine/store/store';
import {
  allCommands,
  answerFromRow,
  authTableToBytes,
  type Command,
  emptyAuthTable,
  isWriteReply,
  pack,
  type RangeRead,
  type Reply,
  type Request,
  replyToRow,
  unpack,
  type WriteReply,
  writeReplyFromRow,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { plain } from '../../kvserver/state-machine/fixtures.ts';
import { goodCommandsOf } from './samples.ts';

/** The sample commands name these leases. */
const leaseIds = ['AAAAAAAAAAAAAAAAAAAAAA', 'q1Yk0nC8Rk2oZ4y9bXv3Tw', '-_-_-_-_-_-_-_-_-_-_-g'];
const ttlMs = 5000;

/** Sessions with a store in which every key that is asked for has the same value, or is absent. */
class World {
  readonly #sessions = new Sessions({ next: 1, uses: 0 });
  readonly #leases = leaseIds.map(
    (id) => new Lease({ id, owner: 'here', ttlMs, isOfOneKey: false }),
  );
  readonly #store = new Store(
    5,
    { change: (slot, entry) => Object.assign(slot, { entry }) },
    { leases: new Leases(this.#leases) },
  );
  readonly #slots = new Map<string, CacheSlot>();
  readonly #value: Uint8Array | undefined;

  constructor(value: Uint8Array | undefined) {
    this.#value = value;
    this.apply({ command: { type: 'openSession', client: 'tester' } });
  }

  apply(request: Request): Reply {
    return this.#apply(request as LoggedRequest);
  }

  #apply(request: LoggedRequest): Reply {
    const slots = keysOf(request.command).map((key) => this.#slotOf(nameOf(key)));
    return this.#sessions.apply(request, slots, this.#store);
  }

  #slotOf(name: string): CacheSlot {
    const versions = { createRevision: 3, modRevision: 1, version: 2 };
    const entry = this.#value && toCachedEntry({ value: this.#value, ...versions });
    const slot = this.#slots.get(name) ?? { name, entry, rowSum: undefined };
    this.#slots.set(name, slot);
    return slot;
  }
}

/** The reply after a restart of the server. */
function keptByASession(reply: WriteReply): Reply | undefined {
  const session = new Session(1, 'tester');
  session.touch(1);
  session.cacheReply({ number: 1, digest: 1, reply });
  const row = Uint8Array.from(pack(session.toRow()));
  return Session.fromRow(1, unpack(row)).cachedReply(1)?.reply;
}

const keyValues = [undefined, ...['', 'text', '41'].map((text) => Buffer.from(text))];
/** The sample commands expect the first two revisions of an auth table. */
const authValues = [undefined, authTableToBytes(emptyAuthTable)];
const first = { session: 1, number: 1, firstOutstanding: 1 };

const key = Uint8Array.of(0, 255);
const versions = { createRevision: 1, modRevision: 2 ** 40, version: 3 };
const read = { key, value: Uint8Array.of(1), ...versions };

/** Replies to commands that are answered from the state of a server. */
const pages: Readonly<Record<RangeRead['type'], readonly Reply[]>> = {
  scan: [
    { type: 'scan', revision: 7, entries: [], next: undefined },
    { type: 'scan', revision: 7, entries: [read, { ...read, value: new Uint8Array() }], next: key },
    { type: 'scan', revision: 7, entries: [{ ...read, value: undefined }], next: undefined },
  ],
  count: [
    { type: 'count', revision: 0, count: 0, next: undefined },
    { type: 'count', revision: 2 ** 40, count: 10_000, next: key },
  ],
  changes: [
    { type: 'changes', revision: 7, events: [] },
    {
      ...{ type: 'changes', revision: 2 ** 40 },
      events: [
        { ...read, type: 'put' },
        { type: 'delete', key, modRevision: 2 ** 40 },
      ],
    },
  ],
};

function isRangeType(type: string): type is RangeRead['type'] {
  return Object.hasOwn(pages, type);
}

for (const spec of allCommands) {
  const { type, access } = spec;
  const commands = goodCommandsOf(spec);
  const values = /Auth$/.test(type) ? authValues : keyValues;
  const replies = isRangeType(type)
    ? pages[type]
    : values.flatMap((value) => commands.map((command) => new World(value).apply({ command })));
  const done = replies.flatMap((reply) => (reply.type === 'refused' ? [] : [reply]));

  describe(`A reply to ${type}`, () => {
    it('has the type of its command, or is a refusal', () => {
      expect(done).to.not.be.empty;
      for (const reply of done) expect(reply.type).to.equal(type);
    });

    it('is the same after a stream, and after a JSON body', () => {
      const { json } = spec.reply;
      for (const reply of done) {
        expect(plain(answerFromRow(unpack(pack(replyToRow(reply)))))).to.deep.equal(plain(reply));
        const body: unknown = JSON.parse(JSON.stringify(json.toJson(reply)));
        expect(plain(json.schema.parse(body))).to.deep.equal(plain(reply));
      }
    });

    it('is not read from an incomplete row or body', () => {
      for (const reply of done) {
        for (let length = 2; length < replyToRow(reply).length; length += 1) {
          expect(() => answerFromRow(replyToRow(reply).slice(0, length))).to.throw(TypeError);
        }
        const body = spec.reply.json.toJson(reply);
        for (const name of Object.keys(body)) {
          const lacking = { ...body, [name]: undefined };
          expect(spec.reply.json.schema.safeParse(lacking).success, name).to.equal(false);
        }
      }
    });

    it(`${access === 'write' ? 'is kept for retries' : 'is not kept for retries'}`, () => {
      for (const reply of replies) {
        const isKept = reply.type === 'refused' || access === 'write';
        expect(isWriteReply(reply)).to.equal(isKept);
        const read = () => writeReplyFromRow(unpack(pack(replyToRow(reply))));
        if (isKept) expect(read()).to.deep.equal(reply);
        else expect(read).to.throw(TypeError);
        if (isWriteReply(reply)) expect(keptByASession(reply)).to.deep.equal(reply);
      }
    });

    if (access !== 'write') return;

    it('is repeated for the same request, and refused to another with its number', () => {
      for (const value of values) {
        const [one, two] = commands as [Command, Command];
        const world = new World(value);
        const reply = world.apply({ command: one, stamp: first });
        expect(world.apply({ command: one, stamp: first })).to.deep.equal(reply);
        const other = world.apply({ command: two, stamp: first });
        expect(other).to.deep.equal({ type: 'refused', reason: 'numberReused' });
      }
    });
  });
}
