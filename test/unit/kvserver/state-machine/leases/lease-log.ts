/** A log with leases, as a state machine applies it, over restarts. */
import {
  encodeBatch,
  encodeLeaseExpiry,
  encodeLevelRaise,
  type LoggedRequest,
} from '@paxkv/kvserver/internal/state-machine/batch';
import type { ExpiringLease } from '@paxkv/kvserver/internal/state-machine/leases/leases';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { Command, Entry, LeaseId, Operation, Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import { applyTo, bytes, decided, memoryLevel, text } from '../fixtures.ts';

export const grant = (ttlMs = 5000): Command => ({ type: 'grantLease', ttlMs });
export const renew = (lease: LeaseId): Command => ({ type: 'renewLease', lease });
export const revoke = (lease: LeaseId): Command => ({ type: 'revokeLease', lease });
export const putLeased = (key: string, lease: LeaseId, value = 'v'): Operation => ({
  ...{ type: 'putLeased', key: bytes(key), value: bytes(value), lease },
});
export const putTtl = (key: string, value = 'v', ttlMs = 5000): Operation => ({
  ...{ type: 'putTtl', key: bytes(key), value: bytes(value), ttlMs },
});
export const refusedAs = (reason: string) => ({ type: 'refused', reason });

export class LeaseLog {
  readonly level: ReturnType<typeof memoryLevel>;
  machine: StateMachine;
  #number = 0;

  private constructor(level: ReturnType<typeof memoryLevel>, machine: StateMachine) {
    this.level = level;
    this.machine = machine;
  }

  static async open(level = 4): Promise<LeaseLog> {
    const database = memoryLevel();
    const log = new LeaseLog(database, await StateMachine.open(new StateDatabase(database)));
    await applyTo(log.machine, decided(0, [encodeLevelRaise(level, new Uint8Array(16).fill(5))]));
    return log;
  }

  async restart(): Promise<void> {
    await this.machine.flush();
    this.machine = await StateMachine.open(new StateDatabase(this.level));
  }

  /** Applies all requests as one batch. */
  async applyAll(requests: readonly LoggedRequest[]): Promise<readonly Reply[]> {
    this.#number += 1;
    const value = encodeBatch({ origin: { node: 0, runId: 1, number: this.#number }, requests });
    const [applied] = await applyTo(this.machine, decided(this.machine.applied + 1, [value]));
    return applied?.replies ?? expect.fail('nothing was applied');
  }

  async apply(command: Command, user?: string): Promise<Reply> {
    const principal = user === undefined ? {} : { principal: { user } };
    const [reply] = await this.applyAll([{ command, ...principal } as LoggedRequest]);
    return reply ?? expect.fail('no reply');
  }

  async grant(user?: string): Promise<LeaseId> {
    const reply = await this.apply(grant(), user);
    return reply.type === 'grantLease' ? reply.lease : expect.fail(JSON.stringify(reply));
  }

  /** Applies the end of leases, as a leader proposes it. */
  async expire(...expiring: ExpiringLease[]): Promise<void> {
    const value = encodeLeaseExpiry(expiring);
    await applyTo(this.machine, decided(this.machine.applied + 1, [value]));
  }

  async entry(key: string): Promise<Entry | undefined> {
    return this.machine.read(bytes(key));
  }

  async value(key: string): Promise<string | undefined> {
    return text((await this.entry(key))?.value);
  }
}
