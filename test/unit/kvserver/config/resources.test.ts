import {
  ampleResources,
  readResources,
  resourcesFrom,
} from '@paxkv/kvserver/internal/config/resources';
import { expect } from 'chai';

const head = 'Limit                     Soft Limit           Hard Limit           Units     ';
const unlimited = { limits: '', machineBytes: 2 ** 50, constrainedBytes: 0 };

describe('resources', () => {
  it('are ample where nothing limits the process', () => {
    expect(resourcesFrom(unlimited)).to.deep.equal(ampleResources);
    const limits = [
      head,
      'Max data size             unlimited            unlimited            bytes',
    ];
    expect(resourcesFrom({ ...unlimited, limits: limits.join('\n') })).to.deep.equal(
      ampleResources,
    );
  });

  it('take the soft limits of the process', () => {
    const limits = [
      head,
      'Max data size             440401920            unlimited            bytes     ',
      'Max open files            128                  4096                 files     ',
      'Max open files of others  1                    1                    files     ',
    ].join('\n');
    expect(resourcesFrom({ ...unlimited, limits })).to.deep.equal({
      memoryBytes: 440_401_920,
      dataBytes: 440_401_920,
      openFileCount: 128,
    });
  });

  it('have the least of all limits on memory', () => {
    const limits = 'Max address space         7000000              unlimited            bytes     ';
    const { memoryBytes } = resourcesFrom({ ...unlimited, limits });
    expect(memoryBytes).to.equal(7_000_000);
    for (const readings of [
      { limits: '', machineBytes: 5, constrainedBytes: 0 },
      { limits: '', machineBytes: 9, constrainedBytes: 5 },
      { limits: '', machineBytes: 5, constrainedBytes: 2 ** 64 },
    ]) {
      expect(resourcesFrom(readings).memoryBytes).to.equal(5);
    }
  });

  it('of this process are those that the system tells', () => {
    const { memoryBytes, openFileCount } = readResources();
    expect(memoryBytes).to.be.greaterThan(2 ** 26);
    expect(openFileCount).to.be.greaterThan(16);
  });
});
