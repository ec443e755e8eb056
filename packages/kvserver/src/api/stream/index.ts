/** The door of the stream. */
export { StreamDoor, type StreamDoorOptions } from './stream-listener.ts';
