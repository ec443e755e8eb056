import { Session, settingsDefault, shippedOnly } from '@paxkv/playground';
import { layoutChart, windowMs } from '@paxkv/playground/internal/ui/chart-layout';
import { occurrenceText } from '@paxkv/playground/internal/ui/describe';
import { expect } from 'chai';

async function proposed(): Promise<Session> {
  const session = await Session.open(settingsDefault, shippedOnly);
  await session.act({ type: 'cut', from: 0, to: 2 });
  await session.act({ type: 'propose', peer: 0, seq: 0, value: 'v' });
  await session.stepTo(12);
  return session;
}

function span(fromMs: number) {
  return { fromMs, toMs: fromMs + windowMs };
}

describe('layoutChart', () => {
  it('has an arrow for each message, with what became of it', async () => {
    const session = await proposed();
    const { arrows } = layoutChart(session.frames, span(0));
    const states = arrows.map(({ kind, from, to, state }) => `${kind} ${from}>${to} ${state}`);
    expect(states).to.include.members(['prepare 0>1 arrived', 'prepare 0>2 lost']);
    const { flights } = session.frame;
    expect(arrows.filter(({ state }) => state === 'under way')).to.have.length(flights.length);
  });

  it('marks writes and decisions, and shows only the last that happened', async () => {
    const session = await proposed();
    while (await session.step());
    const { timeMs } = session.frame;
    const all = layoutChart(session.frames, span(0));
    expect(all.marks.map(({ type }) => type)).to.include.members(['up', 'durable']);
    const last = layoutChart(session.frames, span(timeMs + 1));
    expect([last.arrows, last.marks]).to.deep.equal([[], []]);
    expect(last.toMs - last.fromMs).to.equal(windowMs);
  });
});

describe('occurrenceText', () => {
  it('has a line for all that happened', async () => {
    const session = await proposed();
    await session.act({ type: 'wipe', peer: 1 });
    while (await session.step());
    const lines = session.frames.flatMap(({ occurrences }) => occurrences.map(occurrenceText));
    expect(lines).to.include.members([
      '» cut 0 → 2',
      '» propose 0 “v” at 0',
      '0 → 2 prepare 0 (1,0) ✗',
      '1: down',
      '1: wiped',
    ]);
    for (const line of lines) expect(line).to.not.contain('undefined');
  });
});
