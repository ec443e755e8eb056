import { expect } from 'chai';
import { operationNames } from '../../history/operation.ts';
import { deeds } from './lane.ts';

describe('The deeds of a lane', () => {
  it('are of every command that there is', () => {
    expect(new Set(Object.values(deeds).flat())).to.have.all.keys(operationNames);
  });
});
