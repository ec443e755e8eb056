import { httpLimitsDefault, httpLimitsWithin } from '@paxkv/kvserver/internal/config/http-limits';
import { ampleResources } from '@paxkv/kvserver/internal/config/resources';
import { parseConfig } from '@paxkv/kvserver/internal/config/settings';
import { streamCountMax } from '@paxkv/kvserver/internal/config/stream-limits';
import { expect } from 'chai';

function connectionsWith(openFileCount: number): number {
  return httpLimitsWithin(httpLimitsDefault, { openFileCount }, 3).connectionCountMax;
}

describe('connections', () => {
  it('leave files for the data and for other servers', () => {
    expect(connectionsWith(64 + 12 + 1024)).to.equal(1024);
    expect(connectionsWith(64 + 12 + 1023)).to.equal(1023);
    expect(connectionsWith(128)).to.equal(52);
    expect(connectionsWith(20)).to.equal(8);
  });

  it('are fewer than the setting only with a warning', () => {
    const settings = {
      nodeId: 0,
      clusterId: 'test',
      addresses: ['127.0.0.1:4400'],
      dataDirectory: '/var/lib/paxkv',
    };
    const few = parseConfig(settings, { ...ampleResources, openFileCount: 128 });
    expect(few.http.connectionCountMax).to.equal(60);
    expect(few.warnings.join()).to.match(/connectionCountMax is 60 instead of 1024/);
    expect(parseConfig(settings, ampleResources).warnings).to.deep.equal([]);
  });

  it('are streams for the most part, as many as memory has room for', () => {
    const all = { connectionCountMax: 1024 };
    expect(streamCountMax(all, ampleResources)).to.equal(512);
    expect(streamCountMax({ connectionCountMax: 60 }, ampleResources)).to.equal(45);
    expect(streamCountMax(all, { memoryBytes: 420 * 2 ** 20 })).to.be.within(100, 105);
    expect(streamCountMax(all, { memoryBytes: 1 })).to.equal(1);
  });
});
