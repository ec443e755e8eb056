/**
 * Encodes the writes of one journal record: MessagePack, one array for each write, its type first.
 * Decoding checks every field.
 */
import type { Write } from '@paxkv/paxos';
import {
  type Admission,
  type Ballot,
  type OwnIncarnation,
  type PeerRecord,
  roundMax,
} from '@paxkv/paxos/core';
import { Packr } from 'msgpackr';

export type JournalWrite = Write<Uint8Array>;

const packr = new Packr({ useRecords: false });

/** @throws TypeError for a write that could not be decoded again: it must never reach the disk. */
export function encodeWrites(writes: readonly JournalWrite[]): Uint8Array {
  const fields = writes.map(toFields);
  fields.forEach(fromFields);
  return packr.pack(fields);
}

/** @throws Error if the bytes are not the writes of one record. */
export function decodeWrites(bytes: Uint8Array): JournalWrite[] {
  return parseArray(packr.unpack(bytes)).map((fields) => fromFields(parseArray(fields)));
}

function toFields(write: JournalWrite): unknown[] {
  const { type } = write;
  switch (type) {
    case 'reserved':
      return [type, write.round];
    case 'promised':
      return [type, write.seq, write.ballot.round, write.ballot.peer];
    case 'accepted':
      return [type, write.seq, write.ballot.round, write.ballot.peer, write.value];
    case 'decided': {
      const fields = [type, write.seq];
      return write.value === undefined ? fields : [...fields, write.value];
    }
    case 'forgotten':
      return [type, write.min];
    case 'logPromised':
      return [type, write.ballot.round, write.ballot.peer];
    case 'incarnation': {
      const fields = [type, write.incarnation, write.attempt, write.isNew];
      return write.votingFloor === undefined ? fields : [...fields, write.votingFloor];
    }
    case 'peerRecords':
      return [
        type,
        write.peers.map(({ incarnation, writeIndex, hadOther, stateEpoch, admission }) => [
          ...[incarnation, writeIndex, hadOther ?? false, stateEpoch ?? 0],
          ...toList(admission),
        ]),
      ];
  }
}

function toList(admission: Admission | undefined): unknown[] {
  if (admission === undefined) return [];
  return [admission.incarnation, admission.attempt, admission.isNew];
}

function fromFields(fields: readonly unknown[]): JournalWrite {
  const [type, number, round, peer, value] = fields;
  switch (type) {
    case 'reserved':
      expectCount(fields, 2);
      return { type, round: parseInteger('round', number, { max: roundMax }) };
    case 'promised':
      expectCount(fields, 4);
      return { type, seq: parseInteger('seq', number), ballot: parseBallot(round, peer) };
    case 'accepted':
      expectCount(fields, 5);
      return {
        type,
        seq: parseInteger('seq', number),
        ballot: parseBallot(round, peer),
        value: parseBytes(value),
      };
    case 'decided': {
      expectCount(fields, fields.length === 3 ? 3 : 2);
      const note = { type, seq: parseInteger('seq', number) };
      return fields.length === 3 ? { ...note, value: parseBytes(fields[2]) } : note;
    }
    case 'forgotten':
      expectCount(fields, 2);
      return { type, min: parseInteger('min', number) };
    case 'logPromised':
      expectCount(fields, 3);
      return { type, ballot: parseBallot(number, round) };
    case 'incarnation': {
      expectCount(fields, fields.length === 5 ? 5 : 4);
      const own: OwnIncarnation = { type, ...parseAdmission(fields.slice(1)) };
      return fields.length === 5
        ? { ...own, votingFloor: parseInteger('votingFloor', fields[4], { min: -1 }) }
        : own;
    }
    case 'peerRecords':
      expectCount(fields, 2);
      return { type, peers: parseArray(number).map((peer) => parsePeerRecord(parseArray(peer))) };
    default:
      throw new TypeError(`there is no write of type ${String(type)}`);
  }
}

function expectCount(fields: readonly unknown[], count: number): void {
  if (fields.length !== count) {
    throw new TypeError(`${String(fields[0])} has ${fields.length} fields, not ${count}`);
  }
}

function parseArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('it is not a list of writes');
  return value;
}

function parseBallot(round: unknown, peer: unknown): Ballot {
  return {
    round: parseInteger('round', round, { min: 1, max: roundMax }),
    peer: parseInteger('peer', peer),
  };
}

function parseAdmission([incarnation, attempt, isNew]: readonly unknown[]): Admission {
  return {
    incarnation: parseInteger('incarnation', incarnation, { min: 1 }),
    attempt: parseInteger('attempt', attempt),
    isNew: parseFlag('isNew', isNew),
  };
}

function parsePeerRecord(fields: readonly unknown[]): PeerRecord {
  expectCount(fields, fields.length === 7 ? 7 : 4);
  const [incarnation, writeIndex, hadOther, stateEpoch, ...admission] = fields;
  const epoch = parseInteger('stateEpoch', stateEpoch);
  const known = {
    incarnation: parseInteger('incarnation', incarnation),
    writeIndex: parseInteger('writeIndex', writeIndex),
    ...(parseFlag('hadOther', hadOther) && { hadOther: true }),
    ...(epoch > 0 && { stateEpoch: epoch }),
  };
  return admission.length === 0 ? known : { ...known, admission: parseAdmission(admission) };
}

function parseFlag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${name} is not a boolean`);
}

function parseBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('a value is not bytes');
  return value;
}

/** An integer within bounds. Checkpoints use it too. @throws TypeError */
export function parseInteger(
  name: string,
  value: unknown,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new TypeError(`${name} is ${String(value)}, not an integer from ${min} to ${max}`);
}
