import { gunzipSync } from 'node:zlib';
import { FlightRecorder } from '@paxkv/kvserver/internal/trace/flight-recorder';
import { noEffects, type PeerEvent, TraceReplay } from '@paxkv/paxos/core';
import { expect } from 'chai';

const memory = { state: 'new', writeIndex: 0, writes: [] } as const;

/** A recorder of a peer that has taken `values` as proposals. */
function record(values: readonly Uint8Array[], bytesMax?: number) {
  const flight = new FlightRecorder(bytesMax);
  const { recorder } = flight;
  const peer = recorder.begin({ me: 0, peerCount: 1, random: { next: () => 0.5 }, memory });
  let at = 0;
  const step = (event: PeerEvent<Uint8Array>) => {
    recorder.record(event, at, peer.step(event, at));
    at += 1;
  };
  step({ type: 'wake' });
  for (const [seq, value] of values.entries()) step({ type: 'propose', seq, value });
  return { flight, step };
}

const textOf = ({ flight }: { flight: FlightRecorder }) => gunzipSync(flight.file()).toString();

describe('the flight recorder', () => {
  it('keeps a recording that replays, and may be fetched while it goes on', () => {
    const recorded = record([Buffer.from('one'), Buffer.from('two')]);
    const { flight, step } = recorded;
    const early = flight.file();
    step({ type: 'done', seq: 0 });
    expect(gunzipSync(early).toString().split('\n')).to.have.length(5);
    const lines = textOf(recorded).trimEnd().split('\n');
    expect(lines).to.have.length(5);
    const replayed = [...new TraceReplay(lines).steps()];
    expect(replayed.map(({ isSame }) => isSame)).to.deep.equal([true, true, true, true]);
  });

  it('holds no value: only its length and a digest that differs from recording to recording', () => {
    const value = Buffer.from('a private value');
    const [first, second] = [textOf(record([value])), textOf(record([value]))];
    for (const text of [first, second]) {
      expect(text).to.not.contain('private').and.not.contain(value.toString('base64'));
    }
    const tokenIn = (text: string) => /"(?:\d+:)?(0:15:[0-9a-f]{16})"/.exec(text)?.[1];
    expect(tokenIn(first)).to.be.a('string');
    expect(tokenIn(first)).to.not.equal(tokenIn(second));
  });

  it('gives one object one token, and equal bytes in another object another one', () => {
    const value = Buffer.from('same');
    const text = textOf(record([value, value, Buffer.from('same')]));
    const tokens = [...text.matchAll(/"type":"propose","seq":\d,"value":"([^"]+)"/g)];
    const [a, b, c] = tokens.map(([, token]) => token?.split(':').slice(-3));
    expect(a).to.deep.equal(b);
    expect(c?.slice(1)).to.deep.equal(a?.slice(1));
    expect(c?.[0]).to.not.equal(a?.[0]);
  });

  it('ends when its memory is used up, and keeps what it has', () => {
    const recorded = record([], 2000);
    const { flight, step } = recorded;
    const { recorder } = flight;
    for (let at = 1; !flight.isFull; at += 1) {
      recorder.record({ type: 'done', seq: at * 7919 }, at + Math.sin(at), noEffects());
    }
    const size = flight.file().length;
    expect(size).to.be.within(2000, 200_000);
    step({ type: 'wake' });
    expect(flight.file().length).to.equal(size);
    expect(textOf(recorded).startsWith('{"trace":1')).to.equal(true);
  });
});
