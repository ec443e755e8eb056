import { limitsDefault } from '@paxkv/kvserver/internal/config/limits';
import { Admission, type Load } from '@paxkv/kvserver/internal/replica/requests/admission';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

const bounds = {
  ...limitsDefault,
  pendingRequestCountMax: 10,
  pendingBytesMax: 20,
  retainedLogBytesMax: 30,
  journalBytesMax: 40,
  memoryPercentMax: 50,
};

function admissionWith(load: Partial<Record<keyof Load, number>>): Admission {
  return new Admission(bounds, {
    pendingCount: () => load.pendingCount ?? 0,
    pendingBytes: () => load.pendingBytes ?? 0,
    retainedLogBytes: () => load.retainedLogBytes ?? 0,
    journalBytes: () => load.journalBytes ?? 0,
    memoryPercent: () => load.memoryPercent ?? 0,
  });
}

describe('Admission', () => {
  for (const [load, bound, max, concernsReads] of [
    ['pendingCount', 'pendingRequestCountMax', 10, true],
    ['pendingBytes', 'pendingBytesMax', 20, true],
    ['memoryPercent', 'memoryPercentMax', 50, true],
    ['retainedLogBytes', 'retainedLogBytesMax', 30, false],
    ['journalBytes', 'journalBytesMax', 40, false],
  ] as const) {
    it(`refuses ${concernsReads ? 'everything' : 'writes alone'} at ${bound}, and names it`, () => {
      const below = admissionWith({ [load]: max - 1 });
      below.expectRoom();
      below.expectRoomForWrite();
      for (const used of [max, max + 1]) {
        const admission = admissionWith({ [load]: used });
        expect(() => admission.expectRoomForWrite())
          .to.throw(KvError, `${bound} is reached: ${used} `)
          .that.includes({ code: 'KV_OVERLOADED', outcome: 'not done' });
        if (concernsReads) expect(() => admission.expectRoom()).to.throw(KvError, bound);
        else admission.expectRoom();
      }
    });
  }
});
