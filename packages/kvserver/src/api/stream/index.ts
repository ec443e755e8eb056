/** The door of the stream. */
export { StreamListener, type StreamListenerOptions } from './stream-listener.ts';
