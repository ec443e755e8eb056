import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ByteBudget } from '@paxkv/kvserver/internal/api/client-bytes';
import { holdValue } from '@paxkv/kvserver/internal/api/http/unsent-values';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

function response(destroyed = false): ServerResponse {
  return Object.assign(new EventEmitter(), { destroyed }) as unknown as ServerResponse;
}

function entry(length: number) {
  return { value: new Uint8Array(length), createRevision: 1, modRevision: 1, version: 1 };
}

describe('unsent values', () => {
  it('count from the reply to the close of the response', () => {
    const unsent = new ByteBudget(10);
    const slow = response();
    holdValue(slow, entry(10), unsent);
    expect(unsent.used).to.equal(10);
    slow.emit('close');
    expect(unsent.used).to.equal(0);
  });

  it('are refused above the bound, as not done', () => {
    const unsent = new ByteBudget(10);
    holdValue(response(), entry(9), unsent);
    holdValue(response(), entry(1), unsent);
    expect(() => holdValue(response(), entry(1), unsent))
      .to.throw(KvError, 'unsentBytesMax')
      .that.includes({ code: 'KV_OVERLOADED', outcome: 'not done' });
    holdValue(response(), undefined, unsent);
    holdValue(response(), entry(0), unsent);
  });

  it('are not counted for a client that has gone', () => {
    const unsent = new ByteBudget(10);
    holdValue(response(true), entry(5), unsent);
    expect(unsent.used).to.equal(0);
  });
});
