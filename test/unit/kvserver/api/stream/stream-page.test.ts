/** Checks that docs/stream.md describes the code. */
import { readFile } from 'node:fs/promises';
import { readRequests } from '@paxkv/kvserver/internal/api/stream/request-frame';
import { streamLimitsDefault } from '@paxkv/kvserver/internal/config/stream-limits';
import { packFrame, replyToRow, streamFormat } from '@paxkv/protocol';
import { expect } from 'chai';
import { encodePairs } from './stream-under-test.ts';

const page = new URL('../../../../../../docs/stream.md', import.meta.url);
const mebibyte = 1024 * 1024;

describe('docs/stream.md', () => {
  let text: string;

  before(async () => {
    text = await readFile(page, 'utf8');
  });

  it('has the actual format and limits', () => {
    const limits = streamLimitsDefault;
    expect(text).to.contain(`| \`format\` | ${streamFormat};`);
    for (const row of [
      `requests in a frame | ${limits.inFlightCountMax} |`,
      `requests under way on one connection | ${limits.inFlightCountMax} |`,
      `bytes of requests under way on one connection | ${limits.inFlightBytesMax / mebibyte} MiB |`,
      `bytes that the client has not read | ${limits.unsentBytesMax / mebibyte} MiB |`,
      `the same | ${limits.unsentValueBytesMax / mebibyte} MiB |`,
      `frame from the server | ${limits.replyFrameBytesMax / mebibyte} MiB`,
      `silence | ${limits.silenceMsMax / 1000} s; the server pings every ${limits.pingIntervalMs / 1000} s |`,
      `connections | ${limits.connectionCountMax} |`,
    ]) {
      expect(text).to.contain(`| ${row}`);
    }
  });

  it('shows bytes with their actual meaning', () => {
    const [requests, replies] = [...text.matchAll(/^```text\n(0.*?)^```/gms)].map(
      ([, block = '']) =>
        Buffer.from(block.replaceAll(/(?<=\S) {2,}.*$/gm, '').replaceAll(/\s/g, ''), 'hex'),
    );
    const stamp = [7, 1, 1];
    const [key, value] = [Buffer.from('colour'), Buffer.from('red')];
    const put: [number, unknown] = [1, [[1, key, value], ...stamp]];
    expect(requests).to.deep.equal(encodePairs([put, [2, [[0, key]]]]));
    expect(readRequests(requests ?? Buffer.alloc(0), 2)).to.have.length(2);
    const pairs = [1, replyToRow({ type: 'put', revision: 5 })];
    const entry = { value, createRevision: 5, modRevision: 5, version: 1 };
    const answers = packFrame([...pairs, 2, replyToRow({ type: 'get', entry })]);
    expect(replies).to.deep.equal(Buffer.from(answers));
  });
});
