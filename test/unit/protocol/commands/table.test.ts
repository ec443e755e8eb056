/** Properties of every command in the table. */
import { readRequests } from '@paxkv/kvserver/internal/api/stream/request-frame';
import { decodeBatch, encodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import { digestOf } from '@paxkv/kvserver/internal/state-machine/sessions/command-digest';
import {
  allCommands,
  answerFromRow,
  type Command,
  checkCommand,
  commandFromRow,
  commands,
  commandToRow,
  fieldsOf,
  isCommandType,
  isRangeRead,
  pack,
  packFrame,
  type Request,
  requestFromRow,
  requestFromWire,
  requestSchema,
  requestToJson,
  requestToRow,
  requestToWire,
  TooLargeError,
  unpack,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { plain } from '../../kvserver/state-machine/fixtures.ts';
import { badCommandsOf, goodCommandsOf } from './samples.ts';

const stamp = { session: 7, number: 2 ** 40, firstOutstanding: 2 ** 40 - 1023 };

/** Encodes a row as MessagePack and decodes it. */
function throughRow(request: Request): Request {
  return requestFromRow(unpack(pack(requestToRow(request))));
}

function throughJson(request: Request): Request {
  const { type } = request.command;
  return requestSchema(type).parse(JSON.parse(JSON.stringify(requestToJson(request))));
}

describe('The table of commands', () => {
  it('has each command under its type, and each tag and path once', () => {
    expect(Object.entries(commands).map(([name, { type }]) => name === type)).to.not.include(false);
    const tags = allCommands.map(({ tag }) => tag);
    expect(new Set(tags).size).to.equal(tags.length);
    expect(new Set(allCommands.map(({ path }) => path)).size).to.equal(tags.length);
  });

  it('keeps the tags that logs hold, and leaves out those that mean something else in a row', () => {
    const { get, put, append, delete: remove, openSession } = commands;
    expect([get, put, append, remove, openSession].map(({ tag }) => tag)).to.deep.equal([
      0, 1, 2, 3, 4,
    ]);
    // Tags of serializable gets and of refusals.
    expect(allCommands.map(({ tag }) => tag)).to.not.include(5);
  });

  it('keeps tags and paths, which logs, streams and clients of every version use', () => {
    for (const [type, tag, path] of [
      ['get', 0, '/v1/get'],
      ['put', 1, '/v1/put'],
      ['append', 2, '/v1/append'],
      ['delete', 3, '/v1/delete'],
      ['openSession', 4, '/v1/sessions'],
      ['increment', 6, '/v1/increment'],
      ['getAuth', 10, '/v1/auth/get'],
      ['setAuth', 11, '/v1/auth/set'],
    ] as const) {
      const [command = expect.fail('no sample')] = goodCommandsOf(commands[type]);
      expect(commandToRow(command)[0], type).to.equal(tag);
      expect(commands[type].path).to.equal(path);
    }
  });

  it('answers 409 where the state of a key or of the auth table is in the way', () => {
    expect(commands.increment.errors.KV_NOT_A_COUNTER.status).to.equal(409);
    expect(commands.setAuth.errors.KV_AUTH_CHANGED.status).to.equal(409);
  });

  it('knows the types of commands, and nothing else', () => {
    for (const { type } of allCommands) expect(isCommandType(type)).to.equal(true);
    for (const other of ['toString', 'Put', '', 7, undefined, null, ['put']]) {
      expect(isCommandType(other), String(other)).to.equal(false);
    }
  });

  it('refuses a row of no command', () => {
    for (const row of [[], [5, Uint8Array.of(1)], [99], [-1], ['get'], [1.5]]) {
      expect(() => commandFromRow(row), JSON.stringify(row)).to.throw(TypeError);
    }
    expect(() => commandFromRow([99])).to.throw(TypeError, 'Unknown command tag 99');
    expect(() => answerFromRow([99])).to.throw(TypeError, 'Unknown reply tag 99');
  });
});

for (const spec of allCommands) {
  const { type, access, tag } = spec;
  const good = goodCommandsOf(spec);
  const isRange = good.some(isRangeRead);
  const hasStamp = access !== 'session' && !isRange;
  const stamps = hasStamp ? [{}, { stamp }] : [{}];
  const requests = good.flatMap((command) => stamps.map((rest) => ({ command, ...rest })));

  describe(`The command ${type}`, () => {
    it('is the same after a row, and has its tag there', () => {
      for (const request of requests) {
        expect(throughRow(request)).to.deep.equal(request);
        expect(requestFromWire(requestToWire(request))).to.deep.equal(request);
        expect(commandToRow(request.command)[0]).to.equal(tag);
      }
    });

    it('is the same after the log, and after a stream', () => {
      const origin = { node: 1, runId: 2, number: 3 };
      if (isRange) expect(() => encodeBatch({ origin, requests })).to.throw(TypeError);
      else {
        expect(plain(decodeBatch(encodeBatch({ origin, requests })))).to.deep.equal(
          plain({ origin, requests }),
        );
      }
      for (const request of requests) {
        const [read] = readRequests(packFrame([1, requestToWire(request)]), 1);
        const { encoded: _encoded, ...rest } = read?.request ?? {};
        expect(plain(rest)).to.deep.equal(plain(request));
      }
    });

    it('is the same after a JSON body', () => {
      for (const request of requests) {
        // Only bodies of writes have a stamp.
        if (access !== 'write' && 'stamp' in request) continue;
        expect(plain(throughJson(request))).to.deep.equal(plain(request));
      }
    });

    it('accepts every value at its limits', () => {
      for (const command of good) expect(() => checkCommand(command)).to.not.throw();
    });

    it('is refused with a field below or above its limits, in every form', () => {
      for (const { command, limits, isAbove } of badCommandsOf(spec)) {
        const isSize = ['bytes', 'auth table', 'items'].includes(limits.of);
        const kind = isSize && isAbove ? TooLargeError : TypeError;
        expect(() => checkCommand(command)).to.throw(kind);
        expect(() => throughRow({ command })).to.throw(kind);
        expect(() => checkCommand(throughJson({ command }).command)).to.throw();
      }
    });

    it('is refused with a field less, with one more, and with one of another kind', () => {
      const [command = expect.fail('no sample')] = good;
      const row = commandToRow(command);
      for (const wrong of [row.slice(0, -1), [...row, 1], ...otherKinds(row)]) {
        expect(() => commandFromRow(wrong), JSON.stringify(wrong)).to.throw(TypeError);
      }
      const body = requestToJson({ command });
      for (const [name, { json }] of fieldsOf(spec)) {
        const kinds: unknown[] = [null, 7.5, {}];
        // A field with a default is optional, a list may be empty, and a flag may be true.
        for (const kind of [undefined, [], true])
          if (!json.safeParse(kind).success) kinds.push(kind);
        for (const value of kinds) {
          const wrong = { ...body, [name]: value };
          expect(requestSchema(type).safeParse(wrong).success, `${name}`).to.equal(false);
        }
      }
      expect(requestSchema(type).safeParse({ ...body, more: 1 }).success).to.equal(false);
    });

    it(`${hasStamp ? 'takes' : 'refuses'} a stamp in its row`, () => {
      const [command = expect.fail('no sample')] = good;
      const row = [commandToRow(command), 7, 2, 1];
      if (!hasStamp) expect(() => requestFromRow(row)).to.throw(TypeError);
      else expect(requestFromRow(row).stamp).to.include({ session: 7, number: 2 });
    });

    it('has a digest that every field changes, and no other command shares', () => {
      if (access === 'session' || isRange) return;
      const distinct = new Map(good.map((command) => [JSON.stringify(plain(command)), command]));
      const digests = [...distinct.values()].flatMap(digestsOf);
      expect(new Set(digests).size).to.equal(distinct.size);
      expect(digests.every((digest) => Number.isSafeInteger(digest) && digest >= 0)).to.equal(true);
      const others = allCommands.filter((other) => other !== spec && other.access !== 'session');
      const taken = new Set(others.flatMap(goodCommandsOf).flatMap(digestsOf));
      expect(digests.filter((digest) => taken.has(digest))).to.deep.equal([]);
    });
  });
}

/** Copies of the row in which one field has a type that no field may have. */
function otherKinds(row: readonly unknown[]): unknown[][] {
  return row.map((_, index) => row.map((field, place) => (place === index ? null : field)));
}

/** The digest of a command that may have a stamp. */
function digestsOf(command: Command): number[] {
  return command.type === 'openSession' || isRangeRead(command) ? [] : [digestOf(command)];
}
