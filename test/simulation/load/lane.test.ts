import { expect } from 'chai';
import { operationNames } from '../../history/operation.ts';
import { operations } from './lane.ts';

describe('The operations of a lane', () => {
  it('include every command', () => {
    expect(new Set(Object.values(operations).flat())).to.have.all.keys(operationNames);
  });

  it('leave registers to checkers that know no other operations', () => {
    expect(new Set(operations.register)).to.have.all.keys('get', 'put', 'delete');
  });
});
