/**
 * Requests and their three forms: a row in the log, a row on a stream, and a JSON body. A request that enters
 * the log has the same row on a stream, so that a server need not encode it again.
 */
import { z } from 'zod';
import { type Consistency, serializableGetTag } from './commands/get.ts';
import { jsonOf } from './commands/spec.ts';
import {
  type AnySpec,
  allCommands,
  type Command,
  type CommandType,
  commandFromRow,
  commands,
  commandToRow,
  fieldsOf,
  isRangeRead,
  specOf,
} from './commands/table.ts';
import { type Principal, principalFromRow, principalToRow } from './principal.ts';
import { type Bytes, type Row, toRow } from './rows.ts';
import { checkStamp, type Stamp, stampFromRow, stampSchema, stampToJson } from './stamp.ts';

/** A command with the session stamp and consistency that a client requests. */
export interface Request<C extends Command = Command> {
  readonly command: C;
  /** Without a stamp, a repeated delivery takes effect again. It may change between attempts, so read it late. */
  readonly stamp?: Stamp;
  /** For a read without a stamp. Default: `linearizable`. It never enters the log. */
  readonly consistency?: Consistency;
  /** On whose behalf the request is made. Servers verify it; no form in which clients send requests has it. */
  readonly principal?: Principal;
  /** The row of the request in a batch, if the request was received in that form. */
  readonly encoded?: Bytes;
}

const consistencySchema = z.enum(['linearizable', 'serializable']);

/** The row of a request in the log: the command, the stamp if it has one, and the principal if it has one. */
export function requestToRow(request: Request): Row {
  const { principal } = request;
  const row = toClientRow(request);
  return principal === undefined ? row : [...row, principalToRow(principal)];
}

/** The row without the principal, as clients send it. */
function toClientRow({ command, stamp }: Request): Row {
  const row = commandToRow(command);
  if (stamp === undefined) return [row];
  return [row, stamp.session, stamp.number, stamp.firstOutstanding];
}

/** @throws TooLargeError, TypeError unless `row` is exactly a request within its limits. */
export function requestFromRow(row: Row): Request {
  if (row.length !== 2 && row.length !== 5) return fromClientRow(row);
  const principal = principalFromRow(toRow(row.at(-1)));
  return { ...fromClientRow(row.slice(0, -1)), principal };
}

/** Safety: a client that could write a principal would be any user it likes. */
function fromClientRow(row: Row): Request {
  const command = commandFromRow(toRow(row[0]));
  if (row.length === 1) return { command };
  if (row.length !== 4)
    throw new TypeError('The row of a request is a command, or a command and a stamp.');
  if (specOf(command.type).access === 'session') {
    throw new TypeError('A request that opens a session has no stamp.');
  }
  if (isRangeRead(command)) throw new TypeError('A read of a range has no stamp.');
  return { command, stamp: stampFromRow(row) };
}

/** The row of a request on a stream. */
export function requestToWire(request: Request): Row {
  const { command, consistency } = request;
  if (consistency !== 'serializable') return toClientRow(request);
  if (isRangeRead(command)) return [commandToRow(command), consistency];
  return command.type === 'get' ? [[serializableGetTag, command.key]] : toClientRow(request);
}

/** @throws TooLargeError, TypeError unless `row` is exactly a request within its limits. */
export function requestFromWire(row: Row): Request {
  const fields = toRow(row[0]);
  if (row.length === 2 && row[1] === 'serializable') return serializableRead(fields);
  if (fields[0] !== serializableGetTag) {
    const request = fromClientRow(row);
    if (request.stamp !== undefined) checkStamp(request.stamp);
    return request;
  }
  if (row.length !== 1 || fields.length !== 2) {
    throw new TypeError('A serializable get has a key and no stamp.');
  }
  return { command: commands.get.fromRow(fields), consistency: 'serializable' };
}

function serializableRead(row: Row): Request {
  const command = commandFromRow(row);
  if (isRangeRead(command)) return { command, consistency: 'serializable' };
  throw new TypeError(`A ${command.type} has no consistency here.`);
}

/** The JSON body for a POST to the path of the command. */
export function requestToJson({ command, stamp, consistency }: Request): object {
  return {
    ...jsonOf(command, fieldsOf(specOf(command.type))),
    ...(stamp && { session: stampToJson(stamp) }),
    // The default is left out.
    ...(consistency === 'serializable' && { consistency }),
  };
}

/** The schema of the JSON body. It refuses unknown members; `checkCommand` checks the sizes. */
export function requestSchema(type: CommandType): z.ZodType<Request> {
  return schemas[type];
}

const schemas = Object.fromEntries(
  allCommands.map((spec) => [spec.type, toSchema(spec)]),
) as Record<CommandType, z.ZodType<Request>>;

function toSchema(spec: AnySpec): z.ZodType<Request> {
  const members = Object.fromEntries(fieldsOf(spec).map(([name, { json }]) => [name, json]));
  const { type } = spec;
  const toCommand = (fields: object) => ({ type, ...fields }) as Command;
  switch (spec.access) {
    case 'read':
      return z
        .strictObject({ ...members, consistency: consistencySchema.optional() })
        .transform(({ consistency, ...fields }) => {
          const command = toCommand(fields);
          return consistency === undefined ? { command } : { command, consistency };
        });
    case 'write':
      return z
        .strictObject({ ...members, session: stampSchema.optional() })
        .transform(({ session: stamp, ...fields }) => {
          const command = toCommand(fields);
          return stamp === undefined ? { command } : { stamp, command };
        });
    case 'session':
      return z.strictObject(members).transform((fields) => ({ command: toCommand(fields) }));
  }
}
