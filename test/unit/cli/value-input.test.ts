import { Readable } from 'node:stream';
import { KvError } from '@paxkv/client';
import { valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { CliError } from 'paxkv/internal/exit-code';
import { readValue } from 'paxkv/internal/value-input';
import { CapturedStreams, runCaptured } from './captured-streams.ts';

const bytes = Buffer.from([0, 0xff, 10, 13, 10]);

describe('readValue', () => {
  it('takes the argument as it is, the empty one too', async () => {
    const input = Readable.from([bytes]);
    expect(await readValue('blue', input)).to.equal('blue');
    expect(await readValue('', input)).to.equal('');
  });

  it('takes the bytes of standard input for - and for no argument', async () => {
    expect(await readValue('-', Readable.from([bytes]))).to.deep.equal(bytes);
    const parts = [bytes.subarray(0, 2), bytes.subarray(2)];
    expect(await readValue(undefined, Readable.from(parts))).to.deep.equal(bytes);
  });

  it('does not wait for a person who was not told to type', async () => {
    const input = Object.assign(Readable.from([bytes]), { isTTY: true });
    const failure = await readValue(undefined, input).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(CliError).with.property('exitCode', 2);
  });

  it('reads the largest value and refuses what is larger before its end', async () => {
    const largest = Buffer.alloc(valueBytesMax);
    expect(await readValue('-', Readable.from([largest]))).to.have.lengthOf(valueBytesMax);
    const endless = Readable.from(
      (function* () {
        for (;;) yield largest;
      })(),
    );
    const failure = await readValue('-', endless).catch((error: unknown) => error);
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
      expect(notes.join()).to.contain('no UTF-8');
    });
  }
});
