import { expect } from 'chai';
import { text, wholeNumber } from 'paxkv/internal/settings/kinds';
import { printSettings } from 'paxkv/internal/settings/print-settings';
import { CapturedStreams } from '../captured-streams.ts';

const table = {
  node: { kind: wholeNumber(0, 9), help: '', placeholder: 'id' },
  budget: { kind: wholeNumber(0, 9), help: '', placeholder: 'n', server: 'limits.budget' },
  level: { kind: wholeNumber(0, 9), help: '', placeholder: 'n', server: 'level' },
  name: { kind: text('text'), help: '', placeholder: 'name' },
} as const;
const values = {
  node: 7,
  budget: undefined,
  level: undefined,
  name: 'a: b # c',
} as const;
const places = new Map([['node', 'PAXKV_NODE']]);

async function print(isJson: boolean): Promise<string> {
  const streams = new CapturedStreams({});
  await printSettings({ table, values, places }, { limits: { budget: 5 } }, { streams, isJson });
  return streams.printed.toString();
}

describe('printed settings', () => {
  it('are YAML that has the source of each value', async () => {
    expect(await print(false)).to.equal(
      [
        'node: 7 # PAXKV_NODE',
        'budget: 5 # default',
        '# level: off # default',
        'name: "a: b # c" # default',
        '',
      ].join('\n'),
    );
  });

  it('are an object for programs', async () => {
    expect(JSON.parse(await print(true))).to.deep.equal({
      settings: {
        node: { value: '7', source: 'PAXKV_NODE' },
        budget: { value: '5', source: 'default' },
        level: { value: null, source: 'default' },
        name: { value: 'a: b # c', source: 'default' },
      },
    });
  });
});
