/** A server with one fault, which a fuzzer must find. It behaves as server-program.ts otherwise. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerMemory } from './memory-answer.ts';

const [, fault = ''] = process.argv.slice(2);
const values = new Map<string, Buffer>();
const kept: Buffer[] = [];
const slowMs = 400;
let inputCount = 0;

const server = createServer((request, response) => {
  const [path = ''] = String(request.url).split('?');
  if (!path.includes('fuzz-')) onInput();
  // A client that goes away early is no fault.
  answer(path, request, response).catch(() => response.destroy());
});

async function answer(path: string, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (fault === 'slow' && inputCount > 0) await new Promise((done) => setTimeout(done, slowMs));
  if (request.method === 'PUT') values.set(path, Buffer.concat(chunks));
  response.end(request.method === 'GET' ? values.get(path) : '');
}

server.on('clientError', (_, socket) => socket.destroy());
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

function onInput(): void {
  inputCount += 1;
  if (fault === 'ends' && inputCount === 50) throw new TypeError('cannot read properties of null');
  if (fault === 'forgets' && inputCount === 50) values.clear();
  if (fault === 'keeps' && inputCount <= 80) kept.push(Buffer.alloc(1024 * 1024, 1));
}

answerMemory();
