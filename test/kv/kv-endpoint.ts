/**
 * The client interface of a simulated server: requests in, replies out, like HTTP but without it. Bodies
 * are checked, requests submitted and errors mapped by the same functions as in `http/routes`.
 */
import type { Answer, Message } from '@paxkv/client';
import { parse } from '@paxkv/kvserver/internal/api/http/request-body';
import type { Submitter } from '@paxkv/kvserver/internal/replica/submitter';
import { KvService } from '@paxkv/kvserver/internal/service/kv-service';
import { allCommands, errorCodes, KvError, requestSchema } from '@paxkv/protocol';

/** @throws any error that is not a KvError, since it is a defect that a test must not hide */
export async function answer(
  replica: Submitter,
  message: Message,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return asJson(200, await serve(serviceOf(replica), message, signal));
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    const { code, outcome, message: text } = error;
    const status = errorCodes[code].status ?? 500;
    return asJson(status, { error: { code, outcome, message: text } });
  }
}

async function serve(
  service: KvService,
  { path, body }: Message,
  signal: AbortSignal,
): Promise<object> {
  const spec = allCommands.find((one) => one.path === path);
  if (spec === undefined) throw new KvError('KV_NO_SUCH_ROUTE', `No such path: ${path}.`);
  const request = parse(requestSchema(spec.type), body);
  return spec.reply.json.toJson(await service.submit(request, { signal }));
}

function serviceOf(replica: Submitter): KvService {
  const service = new KvService(() => new KvError('KV_UNAVAILABLE', 'The replica is down.'));
  service.attach(replica);
  return service;
}

/** Serializes and parses, so that client and server share no object. */
function asJson(status: number, body: object): Answer {
  return { status, body: JSON.parse(JSON.stringify(body)) };
}
