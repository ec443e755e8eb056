import { logStatusOf, stateStatusOf } from '@paxkv/kvserver/internal/replica/log-and-state';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import { memoryLevel } from '../state-machine/fixtures.ts';

describe('The status of a replica', () => {
  it('has the numbers of its log', () => {
    const retained = { instances: 2, bytes: 20 };
    const numbers = {
      min: 1,
      max: 9,
      floor: 3,
      retained,
      leader: 2,
      doneByPeer: [1],
      awaited: [0],
    };
    const paxos = {
      min: () => 1,
      max: () => 9,
      floor: () => 3,
      retained: () => retained,
      leader: () => 2,
      doneByPeer: () => [1],
      awaited: () => [0],
    };
    expect(logStatusOf(paxos)).to.deep.equal(numbers);
  });

  it('has the numbers of its state', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const status = stateStatusOf({ applied: -1, waitingBytes: 7, machine });
    expect(status).to.deep.equal({
      applied: -1,
      revision: 0,
      sessions: 0,
      featureLevel: 1,
      incarnation: undefined,
      waitingBytes: 7,
    });
  });
});
