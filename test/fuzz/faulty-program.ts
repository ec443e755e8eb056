/** A server with one fault, which a fuzzer must find. It behaves as server-program.ts otherwise. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerMemory } from './memory-answer.ts';

const [, fault = ''] = process.argv.slice(2);
const values = new Map<string, Buffer>();
const kept: Buffer[] = [];
const slowMs = 400;
/** After this many connections the fault shows. A busy server may not see many more before it is judged. */
const connectionsBefore = 10;
const keptCount = 8;
const keptBytes = 10 * 1024 * 1024;
let connectionCount = 0;

const server = createServer((request, response) => {
  const [path = ''] = String(request.url).split('?');
  // A client that goes away early is no fault.
  answer(path, request, response).catch(() => response.destroy());
});

async function answer(path: string, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (fault === 'slow' && connectionCount > connectionsBefore)
    await new Promise((done) => setTimeout(done, slowMs));
  if (request.method === 'PUT') values.set(path, Buffer.concat(chunks));
  response.end(request.method === 'GET' ? values.get(path) : '');
}

server.on('clientError', (_, socket) => socket.destroy());
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

server.on('connection', () => {
  connectionCount += 1;
  if (connectionCount <= connectionsBefore) return;
  if (fault === 'ends') throw new TypeError('cannot read properties of null');
  if (fault === 'forgets') values.clear();
  if (fault === 'keeps' && kept.length < keptCount) kept.push(Buffer.alloc(keptBytes, 1));
});

answerMemory();
