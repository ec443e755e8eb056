import type { Envelope, Inbox, Message, Random, Transport } from '@paxkv/paxos';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../unit/contracts/plain-mark.ts';
import type { LabValue } from './ledger.ts';
import { SocketNetwork } from './socket-network.ts';

const ballot = { round: 1, peer: 0 };
const prepare: Message<LabValue> = { type: 'prepare', seq: 0, ballot };
const decided: Message<LabValue> = { type: 'decided', seq: 0, ballot, value: 'x' };

describe('SocketNetwork', () => {
  /** What happened, in order: `peer type` for a message, `peer type!` for an undeliverable one. */
  let events: string[];
  let onEvent: () => void;
  let network: SocketNetwork;
  let transports: Transport<LabValue>[];
  let draws: number[];

  beforeEach(async () => {
    events = [];
    draws = [];
    const random: Random = { next: () => draws.shift() ?? 0.99 };
    network = await SocketNetwork.open(3, random);
    transports = [0, 1, 2].map((peer) => network.transport(peer));
    for (const [peer, transport] of transports.entries()) {
      await transport.open(answeringInbox(peer, transport));
    }
  });

  afterEach(async () => {
    for (const transport of transports) await transport.close();
    await network.close();
  });

  function answeringInbox(peer: number, transport: Transport<LabValue>): Inbox<LabValue> {
    return {
      receive: ({ from, message }) => {
        note(`${peer} ${message.type}`);
        if (message.type !== 'prepare') return;
        const answer: Message<LabValue> = { type: 'promised', seq: 0, ballot };
        transport.send({
          from: peer,
          to: from,
          ...nothingForgotten,
          mark: plainMark(),
          message: answer,
        });
      },
      undeliverable: ({ message }) => note(`${peer} ${message.type}!`),
      disconnected: () => {},
    };
  }

  function note(event: string): void {
    events.push(event);
    onEvent?.();
  }

  function send(from: number, to: number, message: Message<LabValue>): void {
    const envelope: Envelope<LabValue> = {
      from,
      to,
      ...nothingForgotten,
      mark: plainMark(),
      message,
    };
    transports[from]?.send(envelope);
  }

  async function waitEvents(...expected: string[]): Promise<void> {
    while (events.length < expected.length) {
      await new Promise<void>((resolve) => {
        onEvent = resolve;
      });
    }
    expect(events.splice(0)).to.have.members(expected);
  }

  it('carries a request and brings back its answer on the same call', async () => {
    send(0, 1, prepare);
    await waitEvents('1 prepare', '0 promised');
    expect(network.requestCount()).to.equal(1);
  });

  it('expects no answer to a commit notice', async () => {
    send(0, 1, decided);
    await waitEvents('1 decided');
    send(0, 2, prepare);
    await waitEvents('2 prepare', '0 promised');
  });

  it('cuts off peers by unlinking files and joins them by linking again', async () => {
    await network.partition([[0, 1], [2]]);
    send(0, 1, prepare);
    await waitEvents('1 prepare', '0 promised');
    send(0, 2, prepare);
    await waitEvents('0 prepare!');
    await network.partition([[0, 2], [1]]);
    send(2, 0, prepare);
    await waitEvents('0 prepare', '2 promised');
    send(1, 0, decided);
    await waitEvents('1 decided!');
  });

  it('lets a deaf peer call and get answers, and no other call it', async () => {
    await network.deafen(0);
    send(1, 0, prepare);
    await waitEvents('1 prepare!');
    send(0, 1, prepare);
    await waitEvents('1 prepare', '0 promised');
  });

  it('discards a call unread, or serves it and drops the answer', async () => {
    network.setUnreliable(1, true);
    draws = [0.05];
    send(0, 1, prepare);
    await waitEvents('0 prepare!');
    expect(network.requestCount()).to.equal(0);
    draws = [0.5, 0.1];
    send(0, 1, prepare);
    await waitEvents('1 prepare', '0 prepare!');
    expect(network.requestCount()).to.equal(1);
    draws = [0.5, 0.5];
    send(0, 1, prepare);
    await waitEvents('1 prepare', '0 promised');
  });

  it('reports to a caller whose callee stops that no answer will come', async () => {
    await transports.pop()?.close();
    const silent = network.transport(2);
    await new Promise<void>((resolve, reject) => {
      const inbox = { receive: () => resolve(), undeliverable: () => {}, disconnected: () => {} };
      silent.open(inbox).then(() => send(0, 2, prepare), reject);
    });
    await silent.close();
    await waitEvents('0 prepare!');
  });
});
