import { expect } from 'chai';
import { checkOperations } from '../../linearizability/checker.ts';
import { fromDrawing } from '../../linearizability/drawing.ts';
import { toOperations } from '../pairing.ts';
import { readJepsenRegister } from './jepsen-readers.ts';
import { toJepsenRegister } from './jepsen-register.ts';

function linesOf(drawing: string): string[] {
  const { files } = toJepsenRegister(toOperations(fromDrawing(drawing)));
  return files.flatMap(({ text }) => text.split('\n').slice(0, -1));
}

/** The columns of each line after the process. */
const columnsOf = (line: string) => line.split('\t').slice(1).join(' ');

describe('the export to register logs', () => {
  it('numbers values by key, and writes an event per line', () => {
    expect(linesOf('[get -] [put a] [put b] [put a] [get a]')).to.deep.equal([
      'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
      'INFO  jepsen.util - 0\t:ok\t:read\tnil',
      'INFO  jepsen.util - 0\t:invoke\t:write\t1',
      'INFO  jepsen.util - 0\t:ok\t:write\t1',
      'INFO  jepsen.util - 0\t:invoke\t:write\t2',
      'INFO  jepsen.util - 0\t:ok\t:write\t2',
      'INFO  jepsen.util - 0\t:invoke\t:write\t1',
      'INFO  jepsen.util - 0\t:ok\t:write\t1',
      'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
      'INFO  jepsen.util - 0\t:ok\t:read\t1',
    ]);
  });

  it('writes 0 for absence, from the start, if a key is ever deleted', () => {
    expect(linesOf('[get -] [put a] [delete] [get -]').map(columnsOf)).to.deep.equal([
      ':invoke :write 0',
      ':ok :write 0',
      ':invoke :read nil',
      ':ok :read 0',
      ':invoke :write 1',
      ':ok :write 1',
      ':invoke :write 0',
      ':ok :write 0',
      ':invoke :read nil',
      ':ok :read 0',
    ]);
  });

  it('uses a separate process for the first write', () => {
    const [first = ''] = linesOf(`
      [put a]
      [delete >`);
    expect(first).to.equal('INFO  jepsen.util - 2\t:invoke\t:write\t0');
  });

  it('leaves out failed writes, keeps those of unknown outcome open, and ends failed gets', () => {
    const drawing = `
      [put a !] [get a !] [put b >
                                     [get - !] [get z >`;
    expect(linesOf(drawing).map(columnsOf)).to.deep.equal([
      ':invoke :read nil',
      ':fail :read :timed-out',
      ':invoke :write 1',
      ':info :write :timed-out',
      ':invoke :read nil',
      ':fail :read :timed-out',
    ]);
  });

  it('makes a file for each key, and leaves out keys with appends', () => {
    const drawing = '[x:put a] [y:put b] [z:put c] [z:append d]';
    const { files, leftOut } = toJepsenRegister(toOperations(fromDrawing(drawing)));
    expect(files.map(({ key }) => key)).to.deep.equal(['x', 'y']);
    expect(leftOut).to.deep.equal([{ key: 'z', reason: 'a register cannot be appended to' }]);
  });

  it('keeps the verdict if absence is the violation', () => {
    const verdictOf = (drawing: string) =>
      checkOperations(readJepsenRegister(`${linesOf(drawing).join('\n')}\n`)).name;
    expect(verdictOf('[put a] [delete] [get -]')).to.equal('linearizable');
    expect(verdictOf('[put a] [delete] [get a]')).to.equal('violated');
    expect(verdictOf('[get -] [delete] [put a] [get -]')).to.equal('violated');
    expect(verdictOf('[put a] [get -]')).to.equal('violated');
  });
});
