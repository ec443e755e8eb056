/** Tests that each operator makes the mistakes that it is for, and none that is no behaviour. */
import { expect } from 'chai';
import { changesOf } from './sample.ts';

describe('The operators of generated mutants', function () {
  this.timeout(30_000);

  it('move a comparison by its boundary, and turn it round where it is no condition', () => {
    expect(changesOf('export const isLow = (a: number, b: number) => a < b;')).to.deep.equal([
      'a < b → a <= b',
      'a < b → a >= b',
    ]);
    expect(changesOf('export const isSame = (a: string, b: string) => a === b;')).to.deep.equal([
      'a === b → a !== b',
    ]);
  });

  it('make a condition always and never hold', () => {
    const text = 'export function low(a: number, b: number) { if (a >= b) return a; return b; }';
    expect(changesOf(text)).to.deep.equal(['a >= b → true', 'a >= b → false', 'a >= b → a > b']);
  });

  it('forget each operand of a chain once, and confuse and with or', () => {
    const text = 'export const all = (a: boolean, b: boolean, c: boolean) => a && b && c;';
    expect(changesOf(text)).to.deep.equal([
      'a && b && c → a && b',
      'a && b && c → (a && b) || c',
      'a && b → a',
      'a && b → b',
      'a && b → a || b',
    ]);
  });

  it('forget a default, and what it is the default of', () => {
    expect(changesOf('export const or = (a?: number, b = a) => a ?? b;')).to.deep.equal([
      'a ?? b → a',
      'a ?? b → b',
    ]);
  });

  it('calculate with the wrong sign, and leave texts that are joined alone', () => {
    expect(changesOf('export const sum = (a: number, b: number) => a + b;')).to.deep.equal([
      'a + b → a - b',
    ]);
    expect(changesOf('export const text = (a: string, b: string) => a + b;')).to.deep.equal([]);
    expect(
      changesOf('export const most = (a: number, b: number) => Math.max(a, b);'),
    ).to.deep.equal(['Math.max(a, b) → Math.min(a, b)']);
  });

  it('are off by one in constants, and by a factor in durations', () => {
    expect(changesOf('export const countMax = 64;')).to.deep.equal([
      'countMax = 64 → countMax = 65',
      'countMax = 64 → countMax = 63',
    ]);
    expect(changesOf('export const delayMsMax = 64;')).to.deep.equal([
      'delayMsMax = 64 → delayMsMax = 0',
      'delayMsMax = 64 → delayMsMax = (10 * 64)',
    ]);
    expect(changesOf('export const delayMs = 0;')).to.deep.equal(['delayMs = 0 → delayMs = 1000']);
  });

  it('empty lists, and texts where any text may stand', () => {
    expect(changesOf("export const names: string[] = ['a'];")).to.deep.equal([
      "['a'] → []",
      "['a'] → ['']",
    ]);
    expect(changesOf("export const name: 'a' | 'b' = 'a';")).to.deep.equal([]);
  });

  it('leave out calls, assignments and early returns, and no last return', () => {
    const text = `
      export function run(list: number[], log: (n: number) => void): number {
        let last = list.length;
        for (const item of list) { log(item); last = item; return item; }
        return last;
      }`;
    expect(changesOf(text)).to.deep.equal([
      'log(item); → left out',
      'last = item; → left out',
      'return item; → left out',
    ]);
  });

  it('leave the only statement of an if to its condition', () => {
    const text = 'export function run(is: boolean, act: () => void) { if (is) { act(); } }';
    expect(changesOf(text)).to.deep.equal(['is → true', 'is → false']);
  });

  it('forget a case', () => {
    const text = `
      export function nameOf(kind: 'a' | 'b', next: (n: 'a' | 'b') => 'a' | 'b') {
        switch (kind) { case 'a': return next('a'); case 'b': return next('b'); }
      }`;
    expect(changesOf(text)).to.deep.equal(["'a' → case forgotten", "'b' → case forgotten"]);
  });

  it('take arguments and fields of one type for each other, and none of another type', () => {
    const text = `
      declare function put(key: string, value: string, size: number): void;
      export function both(a: string, b: string, n: number) { put(a, b, n); return { a, b, n }; }`;
    expect(changesOf(text)).to.deep.equal([
      'put(a, b, n); → left out',
      'put(a, b, n) → put(b, a, n)',
      '{ a, b, n } → { a: b, b: a, n }',
    ]);
  });

  it('leave out a field that may be absent', () => {
    const text = `
      interface Options { readonly size: number; readonly name?: string }
      export const make = (size: number, name: string): Options => ({ size, name });`;
    expect(changesOf(text)).to.deep.equal(['{ size, name } → { size }']);
  });

  it('turn answers round', () => {
    expect(
      changesOf('export const has = (s: Set<string>) => s.has(name);\ndeclare const name: string;'),
    ).to.deep.equal(['s.has(name) → !s.has(name)']);
    expect(changesOf('export const isOff = (is: boolean) => !is;')).to.deep.equal(['!is → is']);
    expect(changesOf('export let isOpen: boolean = true;')).to.deep.equal([
      'isOpen: boolean = true → isOpen: boolean = false',
    ]);
  });

  it('leave types, imports, log lines and the texts of errors alone', () => {
    expect(
      changesOf(`
        declare function assert(holds: boolean, text: string): void;
        export const expectOpen = (isOpen: boolean): void => assert(isOpen, 'it is open');`),
    ).to.deep.equal(["assert(isOpen, 'it is open') → undefined"]);
    const text = `
      import type { A } from './a.ts';
      declare const log: { warn(text: string): void };
      export type Size = 1 | 'one' | A;
      export function fail(name: string): never {
        log.warn('it fails');
        throw new Error('no ' + name);
      }`;
    expect(changesOf(text)).to.deep.equal(["throw new Error('no ' + name); → left out"]);
  });
});
