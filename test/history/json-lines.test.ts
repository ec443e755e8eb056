import { expect } from 'chai';
import type { HistoryEvent } from './event.ts';
import { HistoryError, parseLines, toLine } from './json-lines.ts';

const invoke = '{"t":5,"p":0,"id":7,"type":"invoke","f":"append","k":"log","v":"x"}';
const ok = '{"t":9,"p":0,"id":7,"type":"ok","f":"append","k":"log","rev":12,"length":3}';

function changed(line: string, changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...JSON.parse(line), ...changes });
}

describe('a history in JSON lines', () => {
  it('is written with the fields in their fixed order', () => {
    const stamp = { process: 0, id: 7, key: 'log' };
    expect(
      toLine({ at: 5, type: 'invoke', ...stamp, request: { name: 'append', value: 'x' } }),
    ).to.equal(`${invoke}\n`);
    const answer = { name: 'append', revision: 12, length: 3 } as const;
    expect(toLine({ at: 9, type: 'ok', ...stamp, answer })).to.equal(`${ok}\n`);
  });

  it('reads what it wrote', () => {
    const at = 1.5;
    const stamp = { at, process: 3, id: 9, key: 'ключ "1"\n' };
    const events: HistoryEvent[] = [
      { ...stamp, type: 'invoke', node: 0, request: { name: 'get' } },
      { ...stamp, type: 'invoke', request: { name: 'put', value: '\\' } },
      { ...stamp, type: 'invoke', request: { name: 'append', value: '' } },
      { ...stamp, type: 'invoke', request: { name: 'delete' } },
      { ...stamp, type: 'invoke', request: { name: 'increment', by: -2 } },
      { ...stamp, type: 'ok', answer: { name: 'increment', revision: 4, value: '-7' } },
      { ...stamp, type: 'ok', answer: { name: 'increment' } },
      { ...stamp, type: 'ok', node: 2, answer: { name: 'get', value: undefined } },
      { ...stamp, type: 'ok', answer: { name: 'get', value: '', revision: 1 } },
      { ...stamp, type: 'ok', answer: { name: 'put', revision: 0 } },
      { ...stamp, type: 'ok', answer: { name: 'put' } },
      { ...stamp, type: 'ok', answer: { name: 'append', revision: 2, length: 0 } },
      { ...stamp, type: 'ok', answer: { name: 'delete', revision: 2, deleted: false } },
      { ...stamp, type: 'fail', name: 'get', code: 'KV_TIMEOUT' },
      { ...stamp, type: 'info', name: 'put', code: 'KV_TIMEOUT' },
    ];
    expect(parseLines(events.map(toLine).join(''))).to.deep.equal(events);
  });

  it('may have empty lines, and no newline at its end', () => {
    expect(parseLines(`${invoke}\n\n${ok}`)).to.have.length(2);
    expect(parseLines('')).to.deep.equal([]);
  });

  const malformed: readonly { claim: string; line: string; says: string }[] = [
    { claim: 'cut short', line: ok.slice(0, -5), says: 'is no JSON' },
    { claim: 'a list', line: '[]', says: 'is no JSON object' },
    { claim: 'null', line: 'null', says: 'is no JSON object' },
    { claim: 'without a time', line: changed(ok, { t: undefined }), says: 't is missing' },
    { claim: 'before the last', line: changed(ok, { t: 4 }), says: 't is 4, after 5' },
    { claim: 'of half a process', line: changed(ok, { p: 0.5 }), says: 'p is 0.5' },
    { claim: 'with an id in text', line: changed(ok, { id: '7' }), says: 'id is "7"' },
    { claim: 'of an unknown type', line: changed(ok, { type: 'done' }), says: 'type is "done"' },
    { claim: 'of an unknown name', line: changed(ok, { f: 'cas' }), says: 'f is "cas"' },
    { claim: 'without a key', line: changed(ok, { k: 1 }), says: 'k is 1' },
    { claim: 'with a negative revision', line: changed(ok, { rev: -1 }), says: 'rev is -1' },
    { claim: 'with a length in text', line: changed(ok, { length: '3' }), says: 'length is "3"' },
    {
      claim: 'a delete that says yes',
      line: changed(ok, { f: 'delete', deleted: 'yes' }),
      says: 'deleted is "yes"',
    },
    { claim: 'a put without a value', line: changed(invoke, { t: 6, v: null }), says: 'v is null' },
    { claim: 'a get without a value', line: changed(ok, { f: 'get' }), says: 'v is missing' },
    {
      claim: 'an end without a code',
      line: changed(ok, { type: 'info' }),
      says: 'err is missing',
    },
    { claim: 'of a nameless node', line: changed(ok, { node: 'a' }), says: 'node is "a"' },
  ];
  for (const { claim, line, says } of malformed) {
    it(`refuses a line ${claim}, and names it`, () => {
      expect(() => parseLines(`${invoke}\n${line}\n${ok}`))
        .to.throw(HistoryError, `line 2: ${says}`)
        .with.property('line', 2);
    });
  }
});
