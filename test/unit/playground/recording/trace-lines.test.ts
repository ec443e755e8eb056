import { gzipSync } from 'node:zlib';
import { RecordingError } from '@paxkv/playground/internal/recording/recording-error';
import { readTraceLines } from '@paxkv/playground/internal/recording/trace-lines';
import { expect } from 'chai';

const start = '{"trace":2}';
const piece = (...lines: string[]) => gzipSync(lines.map((line) => `${line}\n`).join(''));

describe('the lines of a recording', () => {
  it('are those of all members, and of a plain file', async () => {
    const file = Buffer.concat([piece(start, '{"at":1}'), piece('{"at":2}')]);
    expect(await readTraceLines(file)).to.deep.equal([start, '{"at":1}', '{"at":2}']);
    const text = `${start}\n{"at":1}`;
    expect(await readTraceLines(Buffer.from(text))).to.deep.equal([start, '{"at":1}']);
    expect(await readTraceLines(gzipSync(text))).to.deep.equal([start, '{"at":1}']);
  });

  it('may go over the end of a member', async () => {
    const file = Buffer.concat([gzipSync(`${start}\n{"a`), gzipSync('t":1}\n')]);
    expect(await readTraceLines(file)).to.deep.equal([start, '{"at":1}']);
  });

  it('end before a member that the end of the process has cut off', async () => {
    const last = piece('{"at":2}');
    const file = Buffer.concat([piece(start, '{"at":1}'), last.subarray(0, last.length - 9)]);
    expect(await readTraceLines(file)).to.deep.equal([start, '{"at":1}']);
    const plain = Buffer.from(`${start}\n{"at":1}\n{"at`);
    expect(await readTraceLines(plain)).to.deep.equal([start, '{"at":1}']);
  });

  it('go on at the next start after damage, since a replay needs each input', async () => {
    const damaged = piece('{"at":2}');
    damaged[14] = (damaged[14] ?? 0) ^ 0xff;
    const file = Buffer.concat([
      piece(start, '{"at":1}'),
      damaged,
      piece('{"at":3}', start, '{"at":4}'),
    ]);
    expect(await readTraceLines(file)).to.deep.equal([start, '{"at":1}', start, '{"at":4}']);
  });

  it('are refused where they are too many', async () => {
    const large = await readTraceLines(new Uint8Array(64 * 2 ** 20 + 1)).catch((error) => error);
    expect(large).to.be.instanceOf(RecordingError);
    expect(large.code).to.equal('RECORDING_TOO_LARGE');
  });
});
