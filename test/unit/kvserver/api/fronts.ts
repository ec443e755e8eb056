/** The ways for a request into a server, with a scripted replica behind each. */
import type { SubmitOptions, Submitter } from '@paxkv/kvserver/internal/replica/submitter';
import { KvService } from '@paxkv/kvserver/internal/service/kv-service';
import {
  type AnySpec,
  answerFromRow,
  type DoneReply,
  type ErrorReply,
  emptyAuthTable,
  KvError,
  packFrame,
  type Reply,
  type Request,
  type Row,
  requestToJson,
  requestToWire,
  specOf,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from './http/server-under-test.ts';
import { type StreamClient, StreamUnderTest } from './stream/stream-under-test.ts';

const rangeReads: ReadonlySet<string> = new Set(['scan', 'count', 'changes']);

/** An error as a client gets it. */
export interface Failure {
  readonly code: string;
  readonly outcome: string;
  readonly retryAfterMs: number | undefined;
}

export type Script = (request: Request) => Promise<Reply>;

export interface Front {
  /** What the replica got. */
  readonly requests: readonly Request[];
  /** How the replica answers from now on. */
  answer(script: Script): void;
  /** Whether clients can send a stamp with this command. */
  takesStamp(spec: AnySpec): boolean;
  ask(request: Request): Promise<DoneReply | Failure>;
  /** Sends a request, and ends the wait once the replica has it. Resolves with the signal that the replica got. */
  leave(request: Request): Promise<AbortSignal | undefined>;
  close(): Promise<void>;
}

const never: Script = () => new Promise(() => undefined);

async function openHttp(): Promise<Front> {
  const server = await ServerUnderTest.open();
  const { replica } = server;
  const post = ({ command, ...rest }: Request, signal?: AbortSignal) =>
    fetch(`${server.url}${specOf(command.type).path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requestToJson({ command, ...rest })),
      ...(signal && { signal }),
    });
  return {
    requests: replica.requests,
    answer: (script) => {
      replica.script = script;
    },
    takesStamp: ({ access }) => access === 'write',
    ask: async (request) => {
      const response = await post(request);
      const body: unknown = await response.json();
      if (response.status !== 200) return failureOf((body as ErrorReply).error);
      return specOf(request.command.type).reply.json.schema.parse(body);
    },
    leave: async (request) => {
      replica.script = never;
      const controller = new AbortController();
      const count = replica.requests.length + 1;
      const left = post(request, controller.signal).catch(() => undefined);
      await replica.arrived(count);
      controller.abort();
      await left;
      return replica.signals.at(-1);
    },
    close: () => server.close(),
  };
}

async function openStream(): Promise<Front> {
  const stream = await StreamUnderTest.open();
  const { replica } = stream;
  let client: StreamClient | undefined;
  let lastId = 0;
  const endings: Promise<unknown>[] = [];
  const send = async (request: Request): Promise<StreamClient> => {
    if (client?.socket.readyState !== client?.socket.OPEN || client === undefined)
      client = await stream.connect();
    lastId += 1;
    client.socket.send(packFrame([lastId, requestToWire(request)]));
    return client;
  };
  return {
    requests: replica.requests,
    answer: (script) => {
      replica.script = script;
    },
    takesStamp: ({ type, access }) => access !== 'session' && !rangeReads.has(type),
    ask: async (request) => {
      const asked = await send(request);
      const row = await asked.reply(lastId).catch(() => undefined);
      if (row === undefined) {
        // Numbers that no row has, such as those below zero, end the stream.
        expect((await asked.closed()).code).to.equal(1008);
        return failureOf({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
      }
      const answer = answerFromRow(row as Row);
      // The server ends a stream of which it no longer knows the user, a second later.
      if (answer.type === 'error' && answer.code === 'KV_UNAUTHENTICATED') {
        endings.push(asked.closed());
        client = undefined;
      }
      return answer.type === 'error' ? failureOf(answer) : answer;
    },
    leave: async (request) => {
      replica.script = never;
      const count = replica.requests.length + 1;
      const asked = await send(request);
      await replica.arrived(count);
      asked.socket.terminate();
      return replica.options.at(-1)?.signal;
    },
    close: async () => {
      await Promise.all(endings);
      await stream.close();
    },
  };
}

/** As programs in the process of the server submit requests. */
async function openInProcess(): Promise<Front> {
  const requests: Request[] = [];
  let answer: Script = never;
  let lastSignal: AbortSignal | undefined;
  const replica: Submitter = {
    authTable: emptyAuthTable,
    submit: (request: Request, options?: SubmitOptions) => {
      requests.push(request);
      lastSignal = options?.signal;
      return answer(request);
    },
  };
  const service = new KvService(() => new KvError('KV_UNAVAILABLE', 'No replica is attached.'));
  service.attach(replica);
  return {
    requests,
    answer: (script) => {
      answer = script;
    },
    takesStamp: ({ type, access }) => access !== 'session' && !rangeReads.has(type),
    ask: (request) =>
      service.submit(request).catch((error: unknown) => {
        if (error instanceof KvError) return failureOf(error);
        throw error;
      }),
    leave: async (request) => {
      const controller = new AbortController();
      answer = never;
      service.submit(request, { signal: controller.signal }).catch(() => undefined);
      await Promise.resolve();
      controller.abort();
      return lastSignal;
    },
    close: async () => {},
  };
}

/** How each front opens, by its name. */
export const fronts = {
  HTTP: openHttp,
  'a stream': openStream,
  'the process of the server': openInProcess,
} satisfies Record<string, () => Promise<Front>>;

function failureOf({
  code,
  outcome,
  retryAfterMs,
}: Omit<Failure, 'retryAfterMs'> & Partial<Failure>) {
  return { code, outcome, retryAfterMs };
}
