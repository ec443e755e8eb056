/** Reads of a state machine, and the codes of its errors. */
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import type { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { Entry } from '@paxkv/protocol';
import { bytes, text } from '../../state-machine/fixtures.ts';

/** `undefined` if the promise is fulfilled. Errors without such a code are thrown. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof StateError) return error.code;
    throw error;
  }
}

export async function readFrom(machine: StateMachine, key: string): Promise<Entry | undefined> {
  return machine.read(bytes(key));
}

export async function textAt(machine: StateMachine, key: string): Promise<string | undefined> {
  return text((await readFrom(machine, key))?.value);
}
