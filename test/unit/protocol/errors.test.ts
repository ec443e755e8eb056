import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { errorCodes, errorReplySchema, isKvErrorCode, KvError } from '@paxkv/protocol';
import { expect } from 'chai';

const clientEntry = createRequire(import.meta.url).resolve('@paxkv/client');

describe('KvError', () => {
  it('has the outcome of its code', () => {
    expect(new KvError('KV_TIMEOUT', 'late')).to.include({
      code: 'KV_TIMEOUT',
      outcome: 'unknown',
    });
  });

  it('has another outcome where more is known', () => {
    const error = new KvError('KV_TIMEOUT', 'late', { outcome: 'not done' });
    expect(error.outcome).to.equal('not done');
  });

  it('keeps its cause', () => {
    const cause = new Error('why');
    expect(new KvError('KV_INTERNAL', 'broke', { cause }).cause).to.equal(cause);
    expect(new KvError('KV_INTERNAL', 'broke')).not.to.have.property('cause');
  });
});

describe('errorCodes', () => {
  it("are all in the README's table of the client, with their outcomes and in their order", async () => {
    const readme = await readFile(new URL('../README.md', `file://${clientEntry}`), 'utf8');
    const rows = [...readme.matchAll(/^\| `(KV_\w+)` +\| ([a-z ]+?) +\|/gm)];
    const expected = Object.entries(errorCodes).map(([code, { outcome }]) => [code, outcome]);
    expect(rows.map(([, code, outcome]) => [code, outcome])).to.deep.equal(expected);
  });

  it('are told from the codes of newer servers, and from members of every object', () => {
    expect(isKvErrorCode('KV_TIMEOUT')).to.equal(true);
    for (const code of ['KV_BRAND_NEW', 'toString', '', 7, undefined]) {
      expect(isKvErrorCode(code)).to.equal(false);
    }
  });
});

describe('errorReplySchema', () => {
  it('reads an error, and nothing else', () => {
    const error = { code: 'KV_TIMEOUT', outcome: 'unknown', message: 'late' };
    expect(errorReplySchema.parse({ error })).to.deep.equal({ error });
    for (const wrong of [{ code: 'KV_NEW' }, { outcome: 'perhaps' }, { message: 7 }]) {
      expect(errorReplySchema.safeParse({ error: { ...error, ...wrong } }).success).to.equal(false);
    }
  });
});
