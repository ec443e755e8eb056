import { expectUsable } from '@paxkv/kvserver/internal/replica/requests/session-check';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

const incarnation = Buffer.alloc(16, 1).toString('base64url');
const session = Buffer.alloc(16, 2).toString('base64url');

describe('The session of a request', () => {
  it('has a random id once the state here has an incarnation, and may be a number always', () => {
    expect(() => expectUsable({ session }, { incarnation })).not.to.throw();
    expect(() => expectUsable({ session: 7 }, { incarnation: undefined })).not.to.throw();
  });

  it('has no random id where older servers could not read it, so the request is tried elsewhere', () => {
    expect(() => expectUsable({ session }, { incarnation: undefined }))
      .to.throw(KvError, /^(?!.*AgICAgIC)/)
      .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
  });
});
