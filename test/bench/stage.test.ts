import type { Row } from '@paxkv/bench/internal/compare/rows/row';
import { runRow } from '@paxkv/bench/internal/compare/rows/rows';
import { parseSettings } from '@paxkv/bench/internal/compare/settings';
import { type Kind, type Kinds, Stage } from '@paxkv/bench/internal/compare/stage';
import { expect } from 'chai';

const failing: Kind = {
  debianPackage: 'some-server',
  isPresent: () => true,
  start: async () => {
    throw new Error('it does not serve');
  },
};
const kinds: Kinds = {
  paxkv: failing,
  etcd: { ...failing, isPresent: () => false },
  ZooKeeper: failing,
  Redis: failing,
};

const row: Row = {
  key: 'puts-64',
  work: 'puts',
  unit: 'perSecond',
  peers: ['etcd', 'Redis'],
  goals: [{ type: 'ratio', peer: 'etcd', bound: 'at least', ratio: 4 }],
  run: async (stage) => {
    await stage.stores(['paxkv']);
    return { figures: [], notes: [] };
  },
};

describe('the stage of the comparison', () => {
  it('names stores that are not installed, their packages, and those left out', () => {
    const stage = new Stage(['etcd', 'ZooKeeper'], kinds);
    expect(stage.absences(['etcd', 'ZooKeeper', 'Redis'])).to.deep.equal([
      'etcd is not installed (Debian: some-server)',
      'Redis was left out by --peers',
    ]);
  });

  it('starts nothing that is absent or was left out', async () => {
    const stage = new Stage(['etcd', 'ZooKeeper'], kinds);
    expect(await stage.stores(['etcd', 'Redis'])).to.deep.equal([]);
    await stage.stop();
  });

  it('keeps a failed row with its reason, and does not judge it', async () => {
    const stage = new Stage(['etcd'], kinds);
    const result = await runRow(row, stage, parseSettings([]));
    expect(result.failure).to.equal('it does not serve');
    expect(result.judgements.map(({ verdict }) => verdict)).to.deep.equal(['not judged']);
    expect(result.notes).to.deep.equal([
      'etcd is not installed (Debian: some-server)',
      'Redis was left out by --peers',
      'could not be measured: it does not serve',
    ]);
    await stage.stop();
  });
});
