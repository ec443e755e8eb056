import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

/** Runs a line with a logger of node 2, and returns its output. */
async function logged(level: string, line: string): Promise<{ stdout: string; stderr: string }> {
  const module = import.meta.resolve('@paxkv/kvserver/internal/system/logger');
  const program = `import { createLogger } from '${module}'; createLogger('${level}', 2).${line};`;
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
});
