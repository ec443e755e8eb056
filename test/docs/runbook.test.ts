/** Holds the runbook of docs/operations.md to the signals that servers give. */
import { errorCodes } from '@paxkv/protocol';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readSources } from '../tidy/source-tree.ts';
import { codeIn, readPage, rowsOf, sectionOf } from './pages.ts';

interface Alerts {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
}

describe('The runbook', () => {
  let runbook: string;
  let named: string[];
  let operations: string;

  before(async () => {
    operations = await readPage('docs/operations.md');
    runbook = sectionOf(operations, '## By symptom');
    named = codeIn(runbook);
  });

  it('has every alert, and no other', async () => {
    const { groups }: Alerts = parse(await readPage('deploy/prometheus/alerts.yaml'));
    const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect(new Set(named.filter((name) => name.startsWith('Paxkv')))).to.deep.equal(
      new Set(alerts),
    );
  });

  it('has every line of the log that warns of something', () => {
    const lines = rowsOf(sectionOf(operations, '### Log lines'));
    const warnings = lines.flatMap(([message = '', level = '']) => {
      const levels = level.split(', ');
      return codeIn(message).filter((_, index) => (levels[index] ?? levels[0]) !== 'info');
    });
    expect(warnings).to.have.length.above(10);
    expect(named).to.include.members(warnings);
  });

  it('has every error that is not the fault of the request', () => {
    const codes = Object.entries(errorCodes)
      .filter(([, { status }]) => (status ?? 0) >= 500)
      .map(([code]) => code);
    expect(named).to.include.members(codes);
  });

  it('names no code, message or word of a status that does not exist', async () => {
    const sources = readSources('packages').map(({ text }) => text);
    const known = [...sources, operations.replace(runbook, '')].join('\n');
    const other = named.filter(
      (name) => !/^(?:Paxkv|\/|ulimit|leader: |majority: |PAXKV_…)/.test(name),
    );
    expect(other.filter((name) => !known.includes(name))).to.deep.equal([]);
  });

  it('says what each symptom means, and what to do', () => {
    for (const part of runbook.split('### ').slice(1)) {
      for (const row of rowsOf(part)) {
        expect(row).to.have.lengthOf(3);
        for (const cell of row) expect(cell.length, row.join(' | ')).to.be.above(5);
      }
    }
  });
});
