import { expect } from 'chai';
import type { PieceEntry } from '../gate/record.ts';
import { toEvidencePage } from './page.ts';
import type { Body, Origin, Result } from './result.ts';

const machine = {
  processor: 'Fast & Furious <9>',
  coreCount: 2,
  memoryGiB: 24,
  system: 'Linux',
  node: 'v20',
};
const origin: Origin = {
  commit: 'abc1234',
  machine,
  startedAt: '2026-11-30T01:02:03.000Z',
  seconds: 61,
  hasPassed: true,
};

const simulation: Body = {
  kind: 'simulation',
  firstSeed: 501,
  seedCount: 40,
  simulatedHours: 0.75,
  callCount: 9871,
  faultCount: 1402,
  failedSeeds: [507],
  states: [
    { name: 'a vote is adopted', count: 77, seedCount: 10 },
    { name: 'a peer lost its memory', count: 0, seedCount: 0 },
  ],
};
const mutants: Body = {
  kind: 'mutants',
  trials: [
    { id: 'no-promise', by: 'test', isCaught: true },
    { id: 'no-promise', by: 'simulation', isCaught: true, seedCount: 7 },
    { id: 'no-vote', by: 'simulation', isCaught: false, seedCount: 30 },
  ],
};
const generated: Body = {
  kind: 'generated',
  folders: [
    { name: 'core', scoreMin: 0.97, triedCount: 204, killedCount: 199, equivalentCount: 4 },
    { name: 'storage', scoreMin: 0.9, triedCount: 100, killedCount: 80, equivalentCount: 0 },
  ],
};
const run = { kind: 'kill', leaderCount: 4, ackCount: 3210, findingCount: 0 };
const faults: Body = {
  kind: 'faults',
  seed: '1',
  runs: [
    { ...run, strikeCount: 11, callCount: 5001, longestSilenceMs: 2345, slowestRecoveryMs: 987 },
    { ...run, strikeCount: 12, callCount: 6002, longestSilenceMs: 1500, slowestRecoveryMs: 3456 },
  ],
  skippedCount: 1,
  brokenCount: 0,
};
const damage: Body = {
  kind: 'damage',
  cells: [
    { target: 'last segment', corruption: 'cut', extent: 'one', fates: ['recovered', 'recovered'] },
    { target: 'last segment', corruption: 'cut', extent: 'all', fates: ['stopped', 'failed'] },
  ],
};
const fuzz: Body = {
  kind: 'fuzz',
  target: 'http',
  inputCount: 1234,
  slowestMs: 17,
  grownBytes: 3 * 2 ** 20,
};
const piece: PieceEntry = {
  ...origin,
  piece: 'simulation 3',
  command: 'simulation/main.js --seeds 5000',
  lastLine: 'PASS',
  counts: { seeds: 5000 },
};

function pageOf(...bodies: readonly Body[]): string {
  const results = bodies.map((body): Result => ({ ...origin, ...body }));
  return toEvidencePage({ results, pieces: [piece] });
}

/** The texts of the cells of the row with a heading. */
function rowOf(page: string, heading: string): string[] {
  const rows = page.match(/<tr>.*?<\/tr>/gs) ?? [];
  const texts = rows.map((row) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
      cell.replace(/<[^>]*>/g, '').trim(),
    ),
  );
  return texts.find(([first]) => first === heading) ?? [];
}

const page = pageOf(simulation, mutants, generated, faults, damage, fuzz);

describe('The evidence page', () => {
  it('shows the figures of the result files, and adds them up', () => {
    expect(rowOf(page, '501 to 540')).to.deep.equal([
      '501 to 540',
      '0.75',
      '9,871',
      '1,402',
      '507',
      'passed',
    ]);
    expect(rowOf(page, 'the simulation')).to.deep.equal(['the simulation', '2', '1', '50.0 %']);
    expect(rowOf(page, 'kill')).to.deep.equal([
      'kill',
      '2',
      '23',
      '8',
      '11,003',
      '6,420',
      '3.5 s',
      'passed',
    ]);
    expect(rowOf(page, 'last segment')[1]?.replace(/\s/g, '')).to.equal('●●■✗');
    expect(rowOf(page, 'http')).to.deep.equal(['http', '1,234', '17 ms', '3 MiB', 'passed']);
    expect(rowOf(page, 'simulation 3')).to.include.members([
      'abc1234',
      '2026-11-30',
      '5,000 seeds',
    ]);
    expect(page).to.match(/<strong>11,003<\/strong> calls to real processes judged/);
  });

  it('adds up several files of one kind', () => {
    expect(pageOf(simulation, simulation)).to.match(/<strong>80<\/strong> seeds simulated/);
  });

  it('names states that no seed reached, and mistakes that nothing noticed', () => {
    expect(page).to.match(
      /a peer lost its memory<\/text>\s*<rect class="bar bad"[^>]*>\s*<text[^>]*>never/,
    );
    expect(page).to.match(
      /a vote is adopted<\/text>\s*<rect class="bar"[^>]*>\s*<text[^>]*>25\.0 %/,
    );
    expect(page).to.match(/<li><code>no-vote<\/code>, by the simulation<\/li>/);
  });

  it('shows the score of each folder, and whether it is high enough', () => {
    expect(page).to.match(/core<\/text>\s*<rect class="bar"[^>]*>\s*<text[^>]*>99\.5 % of 200</);
    expect(page).to.match(
      /storage<\/text>\s*<rect class="bar bad"[^>]*>\s*<text[^>]*>80\.0 % of 100</,
    );
  });

  it('says that a run failed', () => {
    const failed = toEvidencePage({
      results: [{ ...origin, ...fuzz, hasPassed: false }],
      pieces: [],
    });
    expect(rowOf(failed, 'http').at(-1)).to.equal('failed');
    expect(failed).to.match(/mutated inputs <b class="bad">failed<\/b>/);
  });

  it('says that runs could not start', () => {
    const broken = pageOf({ ...faults, runs: [], brokenCount: 3 });
    expect(broken).to.contain('<p>3 runs could not start.</p>');
    expect(page).to.not.contain('could not start');
    expect(page).to.contain('the machine lacks what they need: 1.');
  });

  it('leaves out what was not run, and says so', () => {
    expect(pageOf(fuzz)).to.not.match(/<h2 id="(?:simulation|mutants|faults|damage)">/);
    expect(pageOf(fuzz)).to.contain(
      'Not run for this page: simulation, mistakes put into the code',
    );
    expect(page).to.not.contain('Not run for this page');
  });

  it('is well-formed, escapes every text, and loads nothing', () => {
    expect(page).to.contain('Fast &amp; Furious &lt;9&gt;');
    expect(page.match(/(?:src|href)="(?!testing\.md)[^"#]*"|url\(|@import/g)).to.equal(null);
    expect(flawsOf(page)).to.deep.equal([]);
    expect(flawsOf('<p>a & b</p>')).to.have.length(1);
    expect(flawsOf('<p><b>a</p>')).to.have.length.above(0);
    expect(flawsOf('<p id="a"></p><p id="a"></p>')).to.have.length(1);
    expect(flawsOf('<p class=a></p>')).to.have.length.above(0);
  });
});

const voidElements = ['meta', 'br'];

/** What a strict parser would complain about: nesting, attributes, identifiers, and bare characters. */
function flawsOf(text: string): string[] {
  const flaws: string[] = [];
  const open: string[] = [];
  const ids = new Set<string>();
  const content = text.replace('<!doctype html>', '').replace(/<style>.*?<\/style>/s, '');
  for (const [whole, end, name = '', attributes = '', ownEnd] of content.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    const [, id] = / id="([^"]*)"/.exec(attributes) ?? [];
    if (id !== undefined && ids.has(id)) flaws.push(`id ${id} is there twice`);
    if (id !== undefined) ids.add(id);
    if (end === '/') {
      if (open.pop() !== name) flaws.push(`${whole} closes something else`);
    } else if (ownEnd !== '/' && !voidElements.includes(name)) {
      open.push(name);
    }
  }
  const rest = content.replace(/<\/?[a-z][a-z0-9]*(?:\s+[a-zA-Z-]+="[^"<]*")*\s*\/?>/g, '');
  flaws.push(...[...rest.matchAll(/[<>]|&(?!(?:amp|lt|gt|quot);).{0,9}/g)].map(([bare]) => bare));
  return [...flaws, ...open.map((name) => `${name} stays open`)];
}
