import {
  authLevel,
  baseLevel,
  includesLevel,
  levelOf,
  requestLevelOf,
  thisVersion,
  unsupportedLevel,
} from '@paxkv/kvserver/internal/state-machine/features';
import { allCommands } from '@paxkv/protocol';
import { expect } from 'chai';
import { put, remove } from './fixtures.ts';

describe('This version', () => {
  it('starts new clusters at a level at which it can run', () => {
    expect(includesLevel(thisVersion, baseLevel)).to.equal(true);
  });

  it('knows a level for each command that has one', () => {
    const types: string[] = allCommands.map(({ type }) => type);
    for (const [type, level] of Object.entries(thisVersion.commands)) {
      expect(types).to.include(type);
      expect(level).to.be.within(baseLevel + 1, thisVersion.highest);
    }
  });
});

describe('The level of the auth table', () => {
  it('is that of the commands about it, and of every request with a principal', () => {
    const principal = { user: 'anna' };
    expect(levelOf({ type: 'getAuth' }, thisVersion)).to.equal(authLevel);
    expect(requestLevelOf({ command: { type: 'getAuth' } }, thisVersion)).to.equal(authLevel);
    expect(requestLevelOf({ command: put('k', 'v') }, thisVersion)).to.equal(baseLevel);
    expect(requestLevelOf({ command: put('k', 'v'), principal }, thisVersion)).to.equal(authLevel);
  });
});

describe('Feature levels', () => {
  const version = { lowest: 2, highest: 4, commands: { delete: 3 } };

  it('say from where on a command may be in the log', () => {
    expect(levelOf(remove('k'), version)).to.equal(3);
    expect(levelOf(put('k', 'v'), version)).to.equal(baseLevel);
  });

  it('include both ends of their range', () => {
    expect([1, 2, 3, 4, 5].map((level) => includesLevel(version, level))).to.deep.equal([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('outside the range, say which version to run', () => {
    expect(unsupportedLevel(5, version)).to.include({ code: 'STATE_LEVEL_UNSUPPORTED' });
    expect(unsupportedLevel(5, version).message).to.equal(
      'The cluster runs at feature level 5, and this version supports levels 2 to 4. ' +
        'Start a newer version on this server; its data stays as it is.',
    );
    expect(unsupportedLevel(1, version).message).to.include('a version in between');
  });
});
