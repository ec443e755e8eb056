/**
 * - `RECORDING_TOO_LARGE`: the file is larger than what the page reads. *Not done.*
 * - `RECORDING_UNREADABLE`: the file is no recording, or one of another version. *Not done.*
 */
export type RecordingErrorCode = 'RECORDING_TOO_LARGE' | 'RECORDING_UNREADABLE';

const messages: Readonly<Record<RecordingErrorCode, string>> = {
  RECORDING_TOO_LARGE: 'The file is larger than a recording may be.',
  RECORDING_UNREADABLE: 'The file is not a recording of this version.',
};

/** A file cannot be opened as a recording. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly code: RecordingErrorCode;

  constructor(code: RecordingErrorCode, cause?: unknown) {
    super(messages[code], { cause });
    this.code = code;
  }
}
