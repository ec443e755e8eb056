import {
  expectUsable,
  type KnownSessions,
} from '@paxkv/kvserver/internal/replica/requests/session-check';
import type { SessionId } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

const incarnation = Buffer.alloc(16, 1).toString('base64url');
const session = Buffer.alloc(16, 2).toString('base64url');

function check(id: SessionId, owner: string | undefined, rightful?: string, known = true): void {
  const sessions: KnownSessions = {
    incarnation: known ? incarnation : undefined,
    ownerOf: (asked) => (asked === id ? rightful : undefined),
  };
  expectUsable({ session: id }, owner, sessions);
}

describe('The session of a request', () => {
  it('is that of its user, or one that this server does not know yet', () => {
    expect(() => check(session, 'user alice', 'user alice')).not.to.throw();
    expect(() => check(session, 'user alice')).not.to.throw();
    expect(() => check(7, undefined)).not.to.throw();
  });

  it('may come from another address, since it has no user', () => {
    expect(() => check(session, 'address 10.0.0.1', 'address 10.0.0.2')).not.to.throw();
  });

  it('is not that of another user, as if there were none', () => {
    for (const owner of ['user bob', 'address 10.0.0.1', undefined]) {
      expect(() => check(session, owner, 'user alice'))
        .to.throw(KvError)
        .that.includes({ code: 'KV_SESSION_EXPIRED' });
    }
  });

  it('has no random id where older servers could not read it, so it is tried elsewhere', () => {
    expect(() => check(session, undefined, undefined, false))
      .to.throw(KvError)
      .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    expect(() => check(7, undefined, undefined, false)).not.to.throw();
  });

  it('is not named by an error', () => {
    for (const known of [true, false]) {
      expect(() => check(session, 'user bob', 'user alice', known)).to.throw(
        KvError,
        /^(?!.*AgICAgIC)/,
      );
    }
  });
});
