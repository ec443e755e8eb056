import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

/** Runs a line with a logger of node 2, and returns its output. */
async function logged(
  logLevel: string,
  line: string,
  logFormat = 'auto',
): Promise<{ stdout: string; stderr: string }> {
  const module = import.meta.resolve('@paxkv/kvserver/internal/system/logger');
  const settings = JSON.stringify({ logLevel, logFormat });
  const program = `import { createLogger } from '${module}'; createLogger(${settings}, 2).${line};`;
  return run(process.execPath, ['--input-type=module', '--eval', program]);
}

describe('createLogger', () => {
  it('writes one JSON object per line to standard error, and nothing to standard output', async () => {
    const { stdout, stderr } = await logged('info', "info({ seq: 7 }, 'instance decided')");
    expect(stdout).to.equal('');
    const line: unknown = JSON.parse(stderr);
    expect(line).to.include({ level: 'info', me: 2, seq: 7, msg: 'instance decided' });
  });

  it('drops messages below its level', async () => {
    expect((await logged('warn', "info('server started')")).stderr).to.equal('');
  });

  it('writes one line for people if it is told to, with the same content', async () => {
    const line = "warn({ reason: 'EIO', afterMs: 7 }, 'disk takes no writes')";
    const { stdout, stderr } = await logged('info', line, 'text');
    expect(stdout).to.equal('');
    expect(stderr).to.match(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: node 2: disk takes no writes \{"reason":"EIO","afterMs":7\}\n$/,
    );
  });

  it('writes the message and the stack of an error for people', async () => {
    const line = "error({ error: new Error('no space') }, 'node failed')";
    const { stderr } = await logged('info', line, 'text');
    expect(stderr)
      .to.match(/ERROR: node 2: node failed/)
      .and.match(/no space\n? +at /);
  });
});
