/** Entry point of the stream interface. */
export { StreamListener, type StreamListenerOptions } from './stream-listener.ts';
