import { plausibilityOf } from '@paxkv/kvserver/internal/replica/plausibility';
import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { expect } from 'chai';

const poison = Uint8Array.of(0xff);

describe('the plausibility of what replicas say', () => {
  const { isValue, instanceLeapMax, storage } = plausibilityOf(
    {
      storage: {
        load: async () => ({
          ...{ state: 'kept', writeIndex: 1 },
          writes: [{ type: 'decided', seq: 0, value: poison }],
        }),
        write: async () => {},
        close: async () => {},
      },
    },
    { applied: -1, values: new Values(thisVersion) },
  );

  it('excludes values that this version cannot apply', () => {
    expect(isValue(noop)).to.equal(true);
    expect(isValue(poison)).to.equal(false);
  });

  it('excludes them in the own storage, too', async () => {
    const error = await storage.load().catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'STATE_VALUE_UNREADABLE', instance: 0 });
  });

  it('bounds instances so that a false one can be made up for', () => {
    expect(instanceLeapMax).to.be.within(2 ** 16, 2 ** 20);
  });
});
