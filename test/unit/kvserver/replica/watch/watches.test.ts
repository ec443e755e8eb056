import { Watches, waitingCountMax } from '@paxkv/kvserver/internal/replica/watch/watches';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { ChangesCommand, ChangesReply, Command } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { FakeClock } from '../../../client/fake-world.ts';
import { applyNext, bytes, memoryLevel, put, remove, text } from '../../state-machine/fixtures.ts';

const none = new Uint8Array();
const changesOf = (parts: Partial<ChangesCommand>): ChangesCommand => {
  return { type: 'changes', prefix: none, from: none, to: none, after: 0, waitMs: 1000, ...parts };
};

describe('Reads of changes', () => {
  let clock: FakeClock;
  let machine: StateMachine;
  let watches: Watches;
  let confirmedCount: number;
  let confirm: () => Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    machine = await open(2 ** 20);
    confirmedCount = 0;
    confirm = async () => {};
    watches = new Watches({
      clock,
      machine: () => machine,
      submit: async () => {
        await confirm();
        confirmedCount += 1;
        return { type: 'get', entry: undefined };
      },
    });
  });

  async function open(recentChangesBytesMax: number): Promise<StateMachine> {
    return StateMachine.open(new StateDatabase(memoryLevel()), { recentChangesBytesMax });
  }

  async function apply(...commands: Extract<Command, { key: Uint8Array }>[]): Promise<void> {
    for (const command of commands) await applyNext(machine, { command });
    watches.onApplied();
  }

  const shown = ({ revision, events }: ChangesReply) => [
    revision,
    ...events.map((event) => {
      const value = event.type === 'put' ? `=${text(event.value)}` : '';
      return `${event.type} ${text(event.key)}${value}@${event.modRevision}`;
    }),
  ];
  const rejection = (reading: Promise<unknown>) =>
    reading.then(
      () => expect.fail('resolved'),
      (error: unknown) => error as KvError,
    );

  it('are answered at once if there are some', async () => {
    await apply(put('a', '1'), put('b', '2'), remove('a'));
    const reply = await watches.read(changesOf({}), {});
    expect(shown(reply)).to.deep.equal([3, 'put a=1@1', 'put b=2@2', 'delete a@3']);
    expect(confirmedCount).to.equal(0);
  });

  it('wait for a change of their range, and for no other', async () => {
    const reading = watches.read(changesOf({ prefix: bytes('a/') }), {});
    const one = watches.read(changesOf({ from: bytes('b'), to: bytes('b\0') }), {});
    await apply(put('c', '1'));
    await clock.runUntil(10);
    expect(watches.waitingCount).to.equal(2);
    await apply(put('a/x', '2'), put('b', '3'));
    expect(shown(await clock.finish(reading))).to.deep.equal([3, 'put a/x=2@2']);
    expect(shown(await clock.finish(one))).to.deep.equal([3, 'put b=3@3']);
    expect(clock.now()).to.be.below(20);
    expect(watches.waitingCount).to.equal(0);
  });

  it('are empty after the wait, and then confirmed by a quorum', async () => {
    await apply(put('c', '1'));
    confirm = () => apply(put('a', 'came meanwhile'));
    const reading = watches.read(changesOf({ after: 1, waitMs: 500 }), {});
    expect(shown(await clock.finish(reading))).to.deep.equal([2, 'put a=came meanwhile@2']);
    expect(clock.now()).to.equal(500);
    confirm = async () => {};
    const empty = watches.read(changesOf({ after: 2, waitMs: 0 }), {});
    expect(shown(await empty)).to.deep.equal([2]);
    expect(confirmedCount).to.equal(2);
    await watches.read(changesOf({ after: 2, waitMs: 0 }), { consistency: 'serializable' });
    expect(confirmedCount).to.equal(2);
  });

  it('begin now at a revision that a quorum has confirmed', async () => {
    confirm = () => apply(put('a', 'acknowledged before'));
    expect(shown(await watches.read(changesOf({ after: 'now' }), {}))).to.deep.equal([1]);
  });

  it('are refused once a change after them is gone, also if they wait', async () => {
    machine = await open(1);
    const waiting = rejection(watches.read(changesOf({ after: 0 }), {}));
    await apply(put('a', '1'));
    for (const late of [waiting, rejection(watches.read(changesOf({ after: 0 }), {}))]) {
      const error = await clock.finish(late);
      expect(error).to.include({ code: 'KV_COMPACTED', outcome: 'not done' });
      expect(error.message).to.contain('those after revision 1');
    }
    expect(shown(await watches.read(changesOf({ after: 1, waitMs: 0 }), {}))).to.deep.equal([1]);
  });

  it('that wait for a key do not fall behind the changes of others', async () => {
    machine = await open(500);
    const reading = watches.read(changesOf({ prefix: bytes('a') }), {});
    for (let index = 0; index < 20; index += 1) {
      await apply(put('b', 'x'));
      await clock.runUntil(clock.now() + 1);
    }
    await apply(put('a', '1'));
    expect(shown(await clock.finish(reading))).to.deep.equal([21, 'put a=1@21']);
  });

  it('end when the server ends them, when their caller does, and when the state was replaced', async () => {
    const ended = rejection(watches.read(changesOf({}), {}));
    const controller = new AbortController();
    // A connection has one signal for all its requests.
    const { signal } = controller;
    const aborted = Array.from({ length: 20 }, () =>
      rejection(watches.read(changesOf({}), { signal })),
    );
    await clock.settle();
    controller.abort();
    watches.interruptAll('It stops.');
    expect(await ended).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    for (const error of await Promise.all(aborted))
      expect(error).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    expect([watches.waitingCount, clock.timerCount]).to.deep.equal([0, 0]);
  });

  it('wait until their client has room for them', async () => {
    await apply(put('a', 'v'.repeat(100)));
    let hasRoom = false;
    let tell = () => {};
    const room = {
      reserve: (valueBytes: number) => hasRoom && valueBytes > 100,
      onRoom: (callback: () => void) => {
        tell = callback;
      },
    };
    const reading = watches.read(changesOf({}), { room });
    await clock.settle();
    await apply(put('b', '2'));
    hasRoom = true;
    tell();
    expect(shown(await reading)).to.have.length(3);
  });

  it('are refused when too many wait, and clients share the places', async () => {
    const client = { principal: 'greedy' };
    const readings: Promise<unknown>[] = [];
    for (let index = 0; index < waitingCountMax; index += 1)
      readings.push(watches.read(changesOf({}), { client }).catch((error: unknown) => error));
    await clock.settle();
    expect(watches.waitingCount).to.be.within(waitingCountMax / 2, waitingCountMax - 1);
    const other = watches.read(changesOf({}), { client: { principal: 'other' } });
    await clock.settle();
    await apply(put('a', '1'));
    expect(shown(await clock.finish(other))).to.deep.equal([1, 'put a=1@1']);
    const results = await Promise.all(readings);
    const refused = results.filter((result) => result instanceof KvError);
    expect(refused[0]).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });
});
