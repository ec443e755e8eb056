import { gzipSync } from 'node:zlib';
import { hashOf } from '@paxkv/playground';
import { RecordingError } from '@paxkv/playground/internal/recording/recording-error';
import { TraceSession } from '@paxkv/playground/internal/recording/trace-session';
import { nameOfValue } from '@paxkv/playground/internal/recording/value-name';
import { expect } from 'chai';
import { recordRuns } from '../../paxos/core/trace/recorded-cluster.ts';

describe('the session of a recording', () => {
  let lines: string[];
  let bytes: Buffer;

  before(async () => {
    // All runs of one peer, one after the other, as a server keeps them.
    const runs = await recordRuns(2, 60);
    lines = runs.filter(([start = '']) => start.startsWith('{"trace":2,"me":1')).flat();
    bytes = gzipSync(`${lines.join('\n')}\n`);
  });

  const isStep = (line: string) => !line.startsWith('{"trace":');

  it('has a moment for each step, in the order of time, over restarts', async () => {
    const session = await TraceSession.open('trace.gz', bytes);
    const stepCount = lines.filter(isStep).length;
    expect(session.stepCount).to.equal(stepCount);
    expect(session.head).to.equal(stepCount);
    expect(session.firstOther).to.equal(undefined);
    const times = session.frames.map(({ timeMs }) => timeMs);
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    expect(session.frames.map(({ moment }) => moment)).to.deep.equal([...session.frames.keys()]);
  });

  it('goes back and forward to the same state', async () => {
    const session = await TraceSession.open('trace.gz', bytes);
    session.seek(150);
    const state = hashOf(session.frame);
    session.seek(50);
    expect(hashOf(session.frame)).to.not.equal(state);
    for (let count = 0; count < 100; count += 1) await session.step();
    expect(hashOf(session.frame)).to.equal(state);
    session.seek(session.head);
    expect(await session.step()).to.equal(false);
  });

  it('shows what the recorded peer decided, sent and got, and nothing of the others', async () => {
    const { frames } = await TraceSession.open('trace.gz', bytes);
    const types = new Set(frames.flatMap(({ occurrences }) => occurrences.map(({ type }) => type)));
    for (const type of ['sent', 'arrived', 'writing', 'durable', 'decided', 'leader', 'action']) {
      expect([...types], type).to.include(type);
    }
    const last = frames.at(-1);
    expect(last?.peers.map(({ state }) => state)).to.deep.equal(['unknown', 'up', 'unknown']);
    const { instances = [] } = last?.peers[1] ?? {};
    expect(instances.some(({ fate }) => fate === 'decided')).to.equal(true);
    for (const { flights, timeMs } of frames) {
      for (const { from, to, sentMs, arrivalMs } of flights) {
        expect([from, to]).to.include(1);
        expect(timeMs).to.be.within(sentMs, arrivalMs);
      }
    }
  });

  it('keeps the frames of a bounded section, and shows each other section on request', async () => {
    const whole = await TraceSession.open('trace.gz', bytes);
    const { stepCount } = whole;
    const session = await TraceSession.open('trace.gz', bytes, 100);
    expect(session.section).to.deep.equal({ from: stepCount - 100, to: stepCount });
    for (const from of [stepCount - 100, 70, 0]) {
      await session.showSection(from);
      expect(session.section).to.deep.equal({ from, to: from + 100 });
      expect(session.head).to.equal(100);
      for (const at of [0, 50, 100]) {
        session.seek(at);
        whole.seek(from + at);
        const [view, other] = [session.frame.peers[1], whole.frame.peers[1]];
        expect(view?.leader).to.equal(other?.leader);
        expect(view?.instances.map(({ fate, value }) => [fate, value])).to.deep.equal(
          other?.instances.map(({ fate, value }) => [fate, value]),
        );
      }
    }
    expect(session.firstOther).to.equal(undefined);
  });

  it('tells of the first step with other effects than recorded', async () => {
    const at = lines.findIndex((line, index) => index > 100 && isStep(line));
    const changed = lines.with(at, (lines[at] ?? '').replace(/"hash":"\w+"/, '"hash":"0"'));
    const session = await TraceSession.open('trace', Buffer.from(changed.join('\n')));
    expect(session.firstOther).to.equal(lines.slice(0, at).filter(isStep).length);
  });

  it('refuses what is no recording', async () => {
    for (const text of ['', 'a photo', '{"trace":1}', `${lines[0]}\n{"at":1}`]) {
      const error = await TraceSession.open('file', Buffer.from(text)).catch((thrown) => thrown);
      expect(error, text.slice(0, 20)).to.be.instanceOf(RecordingError);
      expect(error.code).to.equal('RECORDING_UNREADABLE');
    }
  });

  it('names values by number and size', () => {
    expect(nameOfValue('120:7:120:0123456789abcdef')).to.equal('#7 120 B');
    expect(nameOfValue('0:7:15:0123456789abcdef')).to.equal('#7 15 B');
    expect(nameOfValue('3')).to.equal('3');
  });
});
