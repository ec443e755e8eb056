import {
  type Instance,
  namesIn,
  readRun,
  resolveRun,
} from '@paxkv/kvserver/internal/state-machine/run';
import { StateError, UnappliableError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { expect } from 'chai';
import { append, batchOf, decided, get, openSession, put, transaction } from './fixtures.ts';

const values = new Values({ lowest: 1, highest: 1, commands: {} });

/** Values that cannot be read, for this reason. */
function failing(reason: Error): Values {
  const broken = new Values({ lowest: 1, highest: 1, commands: {} });
  broken.read = () => {
    throw reason;
  };
  return broken;
}

function errorOf(reason: Error): unknown {
  try {
    return readRun(decided(7, [batchOf(put('k', 'v'))]), failing(reason));
  } catch (error) {
    return error;
  }
}

function runOf(...batches: readonly Uint8Array[]): Instance[] {
  return readRun(decided(0, batches), values);
}

describe('A run that cannot be read', () => {
  it('names the instance that no version can apply', () => {
    const reason = new StateError('STATE_MALFORMED', 'No batch.');
    const error = errorOf(reason);
    expect(error).to.be.instanceOf(UnappliableError);
    expect(error).to.include({ code: 'STATE_MALFORMED', instance: 7, cause: reason });
    expect(error).to.have.property('message', 'Instance 7 cannot be applied. No batch.');
  });

  it('blames no instance if this version is too old for the cluster, or on any other error', () => {
    const tooOld = new StateError('STATE_LEVEL_UNSUPPORTED', 'Level 2.');
    for (const reason of [tooOld, new RangeError('a defect')]) {
      expect(errorOf(reason)).to.equal(reason);
    }
  });
});

describe('The keys of a run', () => {
  it('are named once each, and a request that opens a session has none', () => {
    const run = runOf(batchOf(put('b', '1'), openSession(), get('a')), batchOf(append('b', '2')));
    expect([...namesIn(run)]).to.deep.equal(['b', 'a']);
  });

  it('have the slots of each request, and a request that opens a session asks for none', () => {
    const asked: string[] = [];
    const find = (name: string) => {
      asked.push(name);
      return { name, entry: undefined, rowSum: undefined };
    };
    const move = transaction({ then: [get('a'), put('b', 'v')] });
    const resolved = resolveRun(runOf(batchOf(openSession(), put('k', 'v'), move)), find);
    const names = resolved?.[0]?.slots.map((slots) => slots.map(({ name }) => name));
    expect(names).to.deep.equal([[], ['k'], ['a', 'b']]);
    expect(asked).to.deep.equal(['k', 'a', 'b']);
  });

  it('are not resolved while one of them is not in memory', () => {
    const run = runOf(batchOf(put('k', 'v')), batchOf(put('l', 'v')));
    const find = (name: string) =>
      name === 'k' ? { name, entry: undefined, rowSum: undefined } : undefined;
    expect(resolveRun(run, find)).to.equal(undefined);
  });
});
