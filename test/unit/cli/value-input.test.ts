import { Readable } from 'node:stream';
import { KvError } from '@paxkv/client';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { CliError } from 'paxkv/internal/cli-error';
import { readValue } from 'paxkv/internal/value-input';
import { CapturedStreams, runCaptured } from './captured-streams.ts';

const bytes = Buffer.from([0, 0xff, 10, 13, 10]);

function piped(...parts: Buffer[]) {
  return { input: Readable.from(parts), isPiped: true };
}

describe('readValue', () => {
  it('takes the argument as it is, even the empty one', async () => {
    expect(await readValue('blue', piped(bytes))).to.equal('blue');
    expect(await readValue('', { ...piped(), isPiped: false })).to.equal('');
  });

  it('takes the bytes of standard input for - and for no argument', async () => {
    expect(await readValue('-', piped(bytes))).to.deep.equal(bytes);
    const parts = [bytes.subarray(0, 2), bytes.subarray(2)];
    expect(await readValue(undefined, piped(...parts))).to.deep.equal(bytes);
  });

  it('refuses to take nothing for a value: no argument, and no pipe or file as input', async () => {
    const streams = { ...piped(bytes), isPiped: false };
    const failure = await readValue(undefined, streams).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(CliError).with.property('exitCode', 2);
    expect(failure)
      .to.have.property('message')
      .that.matches(/^the value is missing: /);
  });

  it('reads what is typed if - asks for it', async () => {
    expect(await readValue('-', { ...piped(bytes), isPiped: false })).to.deep.equal(bytes);
  });

  it('says that standard input cannot be read, and that nothing was done', async () => {
    const input = new Readable({ read: () => undefined });
    input.destroy(new Error('EISDIR: illegal operation on a directory'));
    const failure = await readValue('-', { input, isPiped: true }).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'CLI_INPUT', exitCode: 1, outcome: 'not done' });
  });

  it('reads the largest value and refuses what is larger before its end', async () => {
    const largest = Buffer.alloc(valueBytesMax);
    expect(await readValue('-', piped(largest))).to.have.lengthOf(valueBytesMax);
    const endless = Readable.from(
      (function* () {
        for (;;) yield largest;
      })(),
    );
    const failure = await readValue('-', { input: endless, isPiped: true }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(KvError).with.property('code', 'KV_TOO_LARGE');
  });
});

describe('arguments', () => {
  for (const args of [
    ['get', 'a\uFFFDb'],
    ['put', 'key', 'a\uFFFDb'],
  ]) {
    it(`of ${args[0]} that were no UTF-8 are refused, not altered`, async () => {
      const { exitCode, notes } = await runCaptured(args, new CapturedStreams({}));
      expect(exitCode).to.equal(2);
      expect(notes.join()).to.contain('not UTF-8');
    });
  }
});
