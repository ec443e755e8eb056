import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { History } from 'paxkv/internal/repl/history';
import { pipedLines, terminalLines } from 'paxkv/internal/repl/lines';

const [up, tab, ctrlC, ctrlD] = ['\u001b[A', '\t', '\u0003', '\u0004'];

/** The lines that come of these keys: each group, a text or a list of keys, is typed at a prompt of its own. */
async function typed(
  ...groups: readonly (string | readonly string[])[]
): Promise<readonly string[]> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.resume();
  const history = new History(join(tmpdir(), 'paxkv-no-such-directory/history'));
  const complete = (line: string) => ['delete', 'del'].filter((word) => word.startsWith(line));
  const lines: string[] = [];
  // Key by key: what comes at once counts as pasted text, in which a tab completes nothing.
  const type = () => {
    for (const key of groups[lines.length] ?? [ctrlD]) input.write(key);
  };
  type();
  for await (const line of terminalLines({ input, output, history, complete })) {
    lines.push(line);
    type();
  }
  return lines;
}

describe('terminalLines', () => {
  it('are the lines that are typed, until Ctrl-D', async () => {
    expect(await typed('get a\n', '\n', 'get b\r')).to.deep.equal(['get a', '', 'get b']);
  });

  it('recall earlier lines', async () => {
    expect(await typed('get a\n', 'get b\n', [up, up, '1', '\n'])).to.deep.equal([
      'get a',
      'get b',
      'get a1',
    ]);
  });

  it('complete the last word', async () => {
    expect(await typed(`dele${tab}a\n`)).to.deep.equal(['delete a']);
  });

  it('give up a line at Ctrl-C', async () => {
    expect(await typed(`get a${ctrlC}get b\n`)).to.deep.equal(['get b']);
  });
});

describe('pipedLines', () => {
  it('are the lines of the input, also without an end of the last', async () => {
    const lines: string[] = [];
    for await (const line of pipedLines(Readable.from(['get a\nge', 't b\n\nput']))) {
      lines.push(line);
    }
    expect(lines).to.deep.equal(['get a', 'get b', '', 'put']);
  });
});
