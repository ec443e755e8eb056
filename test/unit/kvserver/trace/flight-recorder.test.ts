import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FlightRecorder } from '@paxkv/kvserver/internal/trace/flight-recorder';
import { readRecording, traceDirectory } from '@paxkv/kvserver/internal/trace/recording';
import { type PeerEvent, TraceReplay } from '@paxkv/paxos/core';
import { expect } from 'chai';

const memory = { state: 'new', writeIndex: 0, writes: [] } as const;

describe('the flight recorder', () => {
  let folder: string;
  let nowMs = 0;
  const open: FlightRecorder[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-flight-'));
    nowMs = 0;
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((flight) => flight.close()));
    await rm(folder, { recursive: true });
  });

  /** A recorder of a peer, and what makes the peer take an event. */
  async function begin(bytesMax = 2 ** 20) {
    const flight = await FlightRecorder.open({
      ...{ directory: traceDirectory(folder), bytesMax, now: () => nowMs },
      onFailed: (error) => {
        throw error;
      },
    });
    open.push(flight);
    const { recorder } = flight;
    const peer = recorder.begin({ me: 0, peerCount: 1, random: { next: () => 0.5 }, memory });
    const step = (event: PeerEvent<Uint8Array>) => {
      nowMs += 1;
      recorder.record(event, nowMs, peer.step(event, nowMs));
    };
    step({ type: 'wake' });
    return { flight, step };
  }

  const linesOn = async (flight?: FlightRecorder) => {
    const node = flight && { saveTrace: () => flight.save() };
    return gunzipSync(await readRecording(node, folder))
      .toString()
      .trimEnd()
      .split('\n');
  };

  it('keeps a recording that replays, and may be fetched while it goes on', async () => {
    const { flight, step } = await begin();
    step({ type: 'propose', seq: 0, value: Buffer.from('one') });
    expect(await linesOn(flight)).to.have.length(3);
    step({ type: 'done', seq: 0 });
    const lines = await linesOn(flight);
    expect(lines).to.have.length(4);
    const replayed = [...new TraceReplay(lines).steps()];
    expect(replayed.map(({ isSame }) => isSame)).to.deep.equal([true, true, true]);
  });

  it('drops the oldest segments, and what is left replays bit for bit', async () => {
    const bytesMax = 40_000;
    const { flight, step } = await begin(bytesMax);
    for (let seq = 0; seq < 6000; seq += 1) {
      step({ type: 'propose', seq, value: Buffer.from(`${Math.sin(seq)}`) });
      if (seq % 50 === 0) step({ type: 'done', seq: seq - 20 });
      nowMs += 20;
      // The disk keeps up.
      if (seq % 200 === 0) await flight.save();
    }
    const lines = await linesOn(flight);
    expect(lines[0]).to.match(/^\{"trace":.*"snapshot":/);
    expect(lines.filter((line) => line.startsWith('{"trace":')).length).to.be.above(2);
    const steps = [...new TraceReplay(lines).steps()];
    expect(steps.length).to.be.within(500, 5500);
    expect(steps.findIndex(({ isSame }) => !isSame)).to.equal(-1);
    const last = steps.at(-1)?.step.event;
    expect(last).to.include({ type: 'propose', seq: 5999 });
    const directory = traceDirectory(folder);
    const sizes = (await readdir(directory)).map((name) => stat(join(directory, name)));
    const bytes = (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
    expect(bytes).to.be.within(bytesMax / 2, bytesMax);
  });

  it('has all but the last second on disk, whatever becomes of the process', async () => {
    const { step } = await begin();
    step({ type: 'propose', seq: 0, value: Buffer.from('early') });
    nowMs += 1000;
    step({ type: 'propose', seq: 1, value: Buffer.from('due') });
    step({ type: 'propose', seq: 2, value: Buffer.from('late') });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await linesOn()).to.have.length(4);
  });

  it('goes on behind the recording of the run before', async () => {
    const before = await begin();
    before.step({ type: 'done', seq: 3 });
    await before.flight.save();
    const { flight } = await begin();
    const lines = await linesOn(flight);
    const starts = lines.map((line) => line.startsWith('{"trace":'));
    expect(starts).to.deep.equal([true, false, false, true, false]);
    expect([...new TraceReplay(lines).steps()].every(({ isSame }) => isSame)).to.equal(true);
  });

  it('holds no value: only its length and a digest that differs from run to run', async () => {
    const value = Buffer.from('a private value');
    for (let run = 0; run < 2; run += 1) {
      const { flight, step } = await begin();
      step({ type: 'propose', seq: 0, value });
      await flight.save();
    }
    const text = (await linesOn()).join('\n');
    expect(text).to.not.contain('private').and.not.contain(value.toString('base64'));
    const tokens = [...text.matchAll(/"propose","seq":0,"value":"(?:\d+:)?(0:15:[0-9a-f]{16})"/g)];
    expect(tokens).to.have.length(2);
    expect(tokens[0]?.[1]).to.not.equal(tokens[1]?.[1]);
  });

  it('gives one object one token, and equal bytes in another object another one', async () => {
    const { flight, step } = await begin();
    const value = Buffer.from('same');
    for (const [seq, each] of [value, value, Buffer.from('same')].entries()) {
      step({ type: 'propose', seq, value: each });
    }
    const text = (await linesOn(flight)).join('\n');
    const tokens = [...text.matchAll(/"type":"propose","seq":\d,"value":"([^"]+)"/g)];
    const [a, b, c] = tokens.map(([, token]) => token?.split(':').slice(-3));
    expect(a).to.deep.equal(b);
    expect(c?.slice(1)).to.deep.equal(a?.slice(1));
    expect(c?.[0]).to.not.equal(a?.[0]);
  });
});
