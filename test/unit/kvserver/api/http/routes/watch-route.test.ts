import type { ChangeEvent, CommandOf, Reply } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, text } from '../../../state-machine/fixtures.ts';
import { ServerUnderTest } from '../server-under-test.ts';

interface Sent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: unknown;
}

const putOf = (key: string, value: Uint8Array, modRevision: number): ChangeEvent => {
  return { type: 'put', key: bytes(key), value, createRevision: 1, modRevision, version: 1 };
};

/** The messages of a stream of events, as they arrive. */
async function* messagesOf(response: Response): AsyncGenerator<Sent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of response.body ?? []) {
    rest += decoder.decode(piece, { stream: true });
    const parts = rest.split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const fields = part.split('\n').map((line) => line.split(/: (.*)/s, 2));
      const { data, ...others } = Object.fromEntries(fields);
      yield { ...others, data: JSON.parse(data) };
    }
  }
}

describe('the route of watches', () => {
  let server: ServerUnderTest;
  /** The reads that the replica got. */
  let reads: CommandOf<'changes'>[];
  /** The replies to them in turn; afterwards the server waits. */
  let replies: Reply[];

  beforeEach(async () => {
    reads = [];
    replies = [];
    server = await ServerUnderTest.open();
    server.replica.script = async ({ command }, signal) => {
      if (command.type !== 'changes') throw new Error(`unexpected ${command.type}`);
      reads.push(command);
      const reply = replies.shift();
      if (reply !== undefined) return reply;
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new KvError('KV_ABORTED', 'gone')));
      });
    };
  });
  afterEach(() => server.close());

  async function first(count: number, path: string, init?: RequestInit): Promise<Sent[]> {
    const messages: Sent[] = [];
    for await (const message of messagesOf(await server.fetch(path, init))) {
      messages.push(message);
      if (messages.length === count) break;
    }
    return messages;
  }

  it('sends changes as events, whose ids are the revisions to continue after', async () => {
    const removed: ChangeEvent = { type: 'delete', key: Uint8Array.of(255), modRevision: 9 };
    const events = [putOf('a\n', bytes('ü\n'), 8), putOf('b', Uint8Array.of(255), 9), removed];
    replies = [
      { type: 'changes', revision: 7, events: [] },
      { type: 'changes', revision: 9, events },
    ];
    const entry = { createRevision: 1, version: 1 };
    expect(await first(2, '/v1/watch?prefix=%C3%BC%2F')).to.deep.equal([
      { id: '7', event: 'progress', data: { revision: 7 } },
      {
        ...{ id: '9', event: 'changes' },
        data: {
          revision: 9,
          events: [
            { type: 'put', key: 'a\n', value: 'ü\n', ...entry, modRevision: 8 },
            { type: 'put', key: 'b', valueBase64: '/w==', ...entry, modRevision: 9 },
            { type: 'delete', keyBase64: '/w==', modRevision: 9 },
          ],
        },
      },
    ]);
    expect(text(reads[0]?.prefix)).to.equal('ü/');
    expect(reads.map(({ after }) => after)).to.deep.equal(['now', 7, 9]);
  });

  it('begins after the revision that the client names, in the query or as its last event', async () => {
    const reply: Reply = { type: 'changes', revision: 20, events: [] };
    for (const [path, headers] of [
      ['/v1/watch?after=12', {}],
      ['/v1/watch?after=1', { 'last-event-id': '12' }],
      ['/v1/watch', { 'last-event-id': '12' }],
    ] as const) {
      replies = [reply];
      reads.length = 0;
      await first(1, path, { headers });
      expect(reads[0]?.after).to.equal(12);
    }
  });

  it('watches one key, or a range', async () => {
    const reply: Reply = { type: 'changes', revision: 20, events: [] };
    replies = [reply];
    await first(1, '/v1/watch?key=a');
    expect([text(reads[0]?.from), text(reads[0]?.to)]).to.deep.equal(['a', 'a\0']);
    replies = [reply];
    reads.length = 0;
    await first(1, '/v1/watch?from=a&to=c');
    expect([text(reads[0]?.from), text(reads[0]?.to)]).to.deep.equal(['a', 'c']);
  });

  it('refuses before it sends anything, as any request', async () => {
    for (const query of [
      'other=1',
      'key=a&prefix=a',
      'key=',
      'after=-1',
      'after=x',
      'key=a&key=b',
      'key',
    ])
      await server.refuses(server.fetch(`/v1/watch?${query}`), 'KV_BAD_REQUEST');
    await server.refuses(server.fetch(`/v1/watch?key=${'k'.repeat(1025)}`), 'KV_TOO_LARGE');
    await server.refuses(
      server.fetch('/v1/watch', { headers: { 'sec-fetch-site': 'cross-site' } }),
      'KV_BAD_REQUEST',
    );
    expect(reads).to.deep.equal([]);
    server.replica.script = () => Promise.reject(new KvError('KV_COMPACTED', 'Too late.'));
    await server.refuses(server.fetch('/v1/watch?after=1'), 'KV_COMPACTED');
  });

  it('says why it ends once it has begun', async () => {
    let count = 0;
    server.replica.script = async () => {
      count += 1;
      if (count > 1) throw new KvError('KV_UNAVAILABLE', 'This server is stopping.');
      return { type: 'changes', revision: 3, events: [] };
    };
    const messages: Sent[] = [];
    for await (const message of messagesOf(await server.fetch('/v1/watch'))) messages.push(message);
    expect(messages).to.deep.equal([
      { id: '3', event: 'progress', data: { revision: 3 } },
      {
        event: 'end',
        data: { code: 'KV_UNAVAILABLE', outcome: 'not done', message: 'This server is stopping.' },
      },
    ]);
  });

  it('reads no more than its client takes, and nothing once that has gone', async () => {
    let count = 0;
    let isAborted = false;
    server.replica.script = async (_request, signal) => {
      count += 1;
      signal?.addEventListener('abort', () => {
        isAborted = true;
      });
      return {
        type: 'changes',
        revision: count,
        events: [putOf('k', new Uint8Array(2 ** 19), count)],
      };
    };
    const controller = new AbortController();
    const response = await server.fetch('/v1/watch', { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = count;
    expect(before).to.be.below(60);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(count).to.equal(before);
    controller.abort();
    while (!isAborted) await new Promise((resolve) => setTimeout(resolve, 5));
    await response.body?.cancel().catch(() => {});
  });

  it('has headers alone for HEAD', async () => {
    const response = await server.fetch('/v1/watch', { method: 'HEAD' });
    expect(response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    expect(reads).to.deep.equal([]);
  });
});
