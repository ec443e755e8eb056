import type { Envelope, Message, Write } from '@paxkv/paxos';
import { valuesIn } from '@paxkv/paxos/internal/core/messages/message';
import { mapEnvelope, mapMemory } from '@paxkv/playground/internal/engine/protocol/value-mapping';
import { expect } from 'chai';

const ballot = { round: 1, peer: 0 };
const vote = { ballot, value: 'a' };

const messages: readonly Message<string>[] = [
  { type: 'accept', seq: 1, ballot, value: 'a' },
  { type: 'decided', seq: 1, ballot, value: 'a' },
  { type: 'decided', seq: 1, ballot },
  { type: 'learned', seq: 1, values: ['a', 'b'] },
  { type: 'promised', seq: 1, ballot, vote },
  { type: 'promised', seq: 1, ballot },
  { type: 'logPromised', ballot, firstSeq: 0, votes: [{ seq: 1, vote }] },
];

describe('values in messages and writes', () => {
  it('are all mapped, and nothing else is', () => {
    for (const message of messages) {
      const envelope = { from: 0, to: 1, message } as Envelope<string>;
      const there = mapEnvelope(envelope, (value) => value.charCodeAt(0));
      expect(valuesIn(there.message)).to.deep.equal(
        valuesIn(message).map((value) => value.charCodeAt(0)),
      );
      const back = mapEnvelope(there, (value) => String.fromCharCode(value));
      expect(back).to.deep.equal(envelope);
    }
  });

  it('are mapped in what a storage remembers', () => {
    const writes: readonly Write<string>[] = [
      { type: 'accepted', seq: 1, ballot, value: 'a' },
      { type: 'decided', seq: 1, value: 'b' },
      { type: 'decided', seq: 2 },
      { type: 'promised', seq: 3, ballot },
    ];
    const { writes: mapped } = mapMemory({ state: 'kept', writeIndex: 1, writes }, (value) =>
      value.toUpperCase(),
    );
    expect([...mapped]).to.deep.equal([
      { type: 'accepted', seq: 1, ballot, value: 'A' },
      { type: 'decided', seq: 1, value: 'B' },
      { type: 'decided', seq: 2 },
      { type: 'promised', seq: 3, ballot },
    ]);
  });
});
