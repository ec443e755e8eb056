/** Checks that docs/http-api.md describes what the server does. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { httpLimitsDefault } from '@paxkv/kvserver/internal/api/http/index';
import { errorCodes, keyBytesMax, paths, sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from './server-under-test.ts';

const page = new URL('../../../../../../docs/http-api.md', import.meta.url);
const run = promisify(execFile);

/** A command of the page, and the output that the page shows. */
interface Example {
  readonly command: string;
  readonly output: string;
}

function examplesOf(text: string): Example[] {
  const blocks = [...text.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block.split(/^\$ /m).flatMap((example) => {
      const [command = '', ...output] = example.trimEnd().split('\n');
      return command === '' ? [] : [{ command, output: output.join('\n') }];
    }),
  );
}

/** Each request has another id. */
function withoutIds(output: string): string {
  return output
    .replaceAll(/"requestId":"[\w-]+"/g, '"requestId":"…"')
    .replaceAll(/urn:paxkv:[\w-]+/g, 'urn:paxkv:…');
}

describe('docs/http-api.md', () => {
  let text: string;

  before(async () => {
    text = await readFile(page, 'utf8');
  });

  it('lists every error code with its status and outcome, and no other', () => {
    const rows = [...text.matchAll(/^\| `(KV_\w+)` \| (\S+) \| ([^|]+) \|/gm)];
    const listed = rows.map(([, code = '', status = '', outcome]) => [
      code,
      { outcome, status: status === '–' ? null : Number(status) },
    ]);
    expect(Object.fromEntries(listed)).to.deep.equal(errorCodes);
    expect(listed).to.have.length(Object.keys(errorCodes).length);
  });

  it('names every path', () => {
    for (const path of Object.values(paths)) expect(text).to.contain(path);
  });

  it('has the actual limits', () => {
    const { headersTimeoutMs, bodyTimeoutMs, keepAliveTimeoutMs } = httpLimitsDefault;
    expect(text).to.contain(`1 to ${keyBytesMax} bytes`);
    expect(text).to.contain(`most ${sessionWindowMax} numbers`);
    expect(text).to.contain(`time for the headers | ${headersTimeoutMs / 1000} s`);
    expect(text).to.contain(`time for the body | ${bodyTimeoutMs / 1000} s`);
    expect(text).to.contain(`connection without a request | ${keepAliveTimeoutMs / 1000} s`);
    expect(text).to.contain(`one connection | ${httpLimitsDefault.pipelinedRequestCountMax} `);
    expect(text).to.contain(`connections | ${httpLimitsDefault.connectionCountMax};`);
    expect(text).to.contain(`machine ${httpLimitsDefault.addressConnectionCountMax} `);
    expect(text).to.contain(`${httpLimitsDefault.headerBytesMax / 1024} KiB`);
    expect(text).to.contain(`${httpLimitsDefault.headerCountMax} headers`);
    expect(text).to.contain(`about ${(httpLimitsDefault.bodyBytesMax / 2 ** 20).toFixed(2)} MiB`);
  });

  it('shows commands with their actual output', async function () {
    const hasCurl = await run('curl', ['--version']).then(
      () => true,
      () => false,
    );
    if (!hasCurl) this.skip();
    const server = await ServerUnderTest.open();
    const examples = examplesOf(text);
    expect(examples).to.have.length.above(10);
    try {
      for (const { command, output } of examples) {
        const ours = command.replace('http://127.0.0.1:4400', server.url);
        const { stdout } = await run('sh', ['-c', ours]);
        // A value is sent as it is; other replies end with a line break.
        const sent = command.includes('raw') ? output : `${output}\n`;
        expect(withoutIds(stdout), command).to.equal(withoutIds(sent));
      }
    } finally {
      await server.close();
    }
  });
});
