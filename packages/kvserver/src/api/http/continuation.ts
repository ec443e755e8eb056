/**
 * Clients that send their body only when the server asks for it (`Expect: 100-continue`). The server asks when it is
 * about to read the body, so a request that is refused before costs no transfer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** The client of this request waits. */
export function holdBody(request: IncomingMessage, response: ServerResponse): void {
  waiting.set(request, response);
}

/** Asks for the body if the client waits to be asked. */
export function askForBody(request: IncomingMessage): void {
  waiting.get(request)?.writeContinue();
  waiting.delete(request);
}
