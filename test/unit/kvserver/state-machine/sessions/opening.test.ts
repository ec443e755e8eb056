import {
  fromOpening,
  isOwnerText,
  isUserOwner,
  localOwner,
  sessionIdOf,
  toOpening,
  userOwner,
} from '@paxkv/kvserver/internal/state-machine/sessions/opening';
import { isId128 } from '@paxkv/protocol';
import { expect } from 'chai';

const entropy = new Uint8Array(16).fill(5);
const opening = { entropy, owner: 'user alice' };

describe('The opening of a session', () => {
  it('is the same after its row', () => {
    expect(toOpening(fromOpening(opening))).to.deep.equal(opening);
  });

  it('is refused without 16 bytes, or without an owner', () => {
    const wrongs = [
      [entropy.subarray(1), 'me'],
      ['AAAA', 'me'],
      [entropy, ''],
      [entropy, 'x'.repeat(257)],
      [entropy],
      [],
    ];
    for (const row of wrongs) expect(() => toOpening(row), String(row)).to.throw(TypeError);
    for (const length of [1, 256]) expect(isOwnerText('x'.repeat(length))).to.equal(true);
  });

  it('tells users from addresses and from the server itself', () => {
    expect(userOwner({ user: 'anna' })).to.equal('user anna');
    expect(isUserOwner(userOwner({ user: 'anna' }))).to.equal(true);
    for (const owner of ['10.0.0.1', localOwner]) {
      expect([isOwnerText(owner), isUserOwner(owner)], owner).to.deep.equal([true, false]);
    }
  });

  it('gives an id that is the same in every version, since servers of two versions apply one log', () => {
    expect(sessionIdOf('a', opening, 1)).to.equal('78N-nUSNCgZwiLwYv42xQg');
  });

  it('gives an id that depends on the cluster, the random bits and the count, and on nothing else', () => {
    const id = sessionIdOf('a', opening, 1);
    expect(isId128(id)).to.equal(true);
    expect(sessionIdOf('a', { entropy, owner: 'user bob' }, 1)).to.equal(id);
    const others = [
      sessionIdOf('b', opening, 1),
      sessionIdOf('a', opening, 2),
      sessionIdOf('a', { ...opening, entropy: new Uint8Array(16) }, 1),
    ];
    expect(new Set([id, ...others]).size).to.equal(4);
  });
});
