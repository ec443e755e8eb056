import { expect } from 'chai';
import { operationNames } from '../../history/operation.ts';
import { operations } from './lane.ts';

describe('The operations of a lane', () => {
  it('include every command', () => {
    expect(new Set(Object.values(operations).flat())).to.have.all.keys(operationNames);
  });
});
