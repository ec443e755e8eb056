import { expect } from 'chai';
import { list, size, wholeNumber, yesOrNo } from 'paxkv/internal/settings/kinds';
import {
  toArguments,
  toPlaceProblem,
  toServerSettings,
} from 'paxkv/internal/settings/server-settings';

const table = {
  node: { kind: wholeNumber(0, 9), help: '', placeholder: 'id', server: 'nodeId' },
  peers: { kind: list('names'), help: '', placeholder: 'names', server: 'addresses' },
  logBudget: { kind: size(1, 9999), help: '', placeholder: 'n', server: 'limits.logBytesMax' },
  logWindow: { kind: size(1, 9999), help: '', placeholder: 'n', server: 'limits.logWindow' },
  console: { kind: yesOrNo, help: '', placeholder: 'yes|no', default: true, server: 'console' },
  nodes: { kind: wholeNumber(0, 9), help: '', placeholder: 'n' },
} as const;
const values = {
  node: 1,
  peers: ['a:1', '', 'b:2'],
  logBudget: 4096,
  logWindow: undefined,
  console: false,
  nodes: 3,
} as const;

describe('toServerSettings', () => {
  it('puts each value where the server expects it, and leaves out what is absent', () => {
    expect(toServerSettings({ table, values })).to.deep.equal({
      nodeId: 1,
      addresses: ['a:1', '', 'b:2'],
      limits: { logBytesMax: 4096 },
      console: false,
    });
  });
});

describe('toArguments', () => {
  it('are the flags of what was given, and of nothing else', () => {
    const places = new Map([
      ['logBudget', 'PAXKV_LOG_BUDGET'],
      ['console', 'console in FILE'],
    ]);
    expect(toArguments(table, { values, places })).to.deep.equal([
      ...['--log-budget', '4KiB', '--console', 'no'],
    ]);
  });
});

describe('toPlaceProblem', () => {
  const places = new Map([['logBudget', 'logBudget in FILE']]);
  const toProblem = (problem: string) => toPlaceProblem(problem, { table, places });

  it('names the place of a value, or else its flag', () => {
    expect(toProblem('nodeId: too high')).to.equal('--node: too high');
    expect(toProblem('addresses.2: not host:port')).to.equal('--peers: not host:port');
    expect(toProblem('limits.logBytesMax: too low')).to.equal('logBudget in FILE: too low');
  });

  it('leaves alone what is no setting', () => {
    for (const problem of ['limits.batchBytesMax: too low', 'nodeIds: 3', 'nothing fits']) {
      expect(toProblem(problem)).to.equal(problem);
    }
  });
});
