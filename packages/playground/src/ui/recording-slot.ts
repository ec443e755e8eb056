/** Recording slot: the recording that the page shows instead of the run, if there is one. */
import { RecordingError, type RecordingErrorCode } from '../recording/recording-error.ts';
import { TraceSession } from '../recording/trace-session.ts';

export class RecordingSlot {
  #shown: TraceSession | undefined;
  #error: RecordingErrorCode | undefined;

  get shown(): TraceSession | undefined {
    return this.#shown;
  }

  /** Why the last file was not opened. */
  get error(): RecordingErrorCode | undefined {
    return this.#error;
  }

  /** Opens a file. If it is no recording, keeps why, and what was shown before. */
  async open(name: string, bytes: Promise<Uint8Array>): Promise<void> {
    this.#error = undefined;
    try {
      this.#shown = await TraceSession.open(name, await bytes);
    } catch (error) {
      this.#error = error instanceof RecordingError ? error.code : 'RECORDING_UNREADABLE';
    }
  }

  close(): void {
    this.#shown = undefined;
  }
}
