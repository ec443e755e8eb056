import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import { OwnBatches } from '@paxkv/kvserver/internal/replica/writes/own-batches';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { decodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

const put = (value: string) =>
  ({ command: { type: 'put', key: Buffer.from('k'), value: Buffer.from(value) } }) as const;
const stamp = { session: 3, number: 1, firstOutstanding: 1 };

describe('OwnBatches', () => {
  let pending: PendingRequests;
  let session: OwnSession;
  let batches: OwnBatches;
  let values: Values;
  let entropy: Uint8Array | undefined;

  const add = (value: string, fields: object = {}) => {
    pending.add({ ...put(value), ...fields }, {}).catch(() => {});
  };
  const next = () => decodeBatch(batches.next()?.value ?? new Uint8Array());

  beforeEach(() => {
    const { clock } = new World({ seed: 1 });
    session = new OwnSession();
    entropy = undefined;
    pending = new PendingRequests({ clock, limits: limitsDefault, session });
    values = new Values(thisVersion);
    batches = new OwnBatches({
      ...{ pending, session, values, node: 2, runId: 7 },
      drawEntropy: () => entropy,
    });
  });

  afterEach(() => pending.interruptAll('the test ends'));

  it('leaves its values with what they were decoded to, so that they are applied as they are', () => {
    session.open(9);
    add('a');
    const { origin, value = new Uint8Array() } = batches.next() ?? {};
    const content = decodeBatch(Buffer.from(value));
    // Nobody changes a value; here it shows that it is not decoded again.
    value.fill(0xff);
    expect(values.read(value).origin).to.deep.equal(origin);
    expect(content.origin).to.deep.equal(origin);
  });

  it('makes one value of all queued requests, and none of an empty queue', () => {
    session.open(9);
    expect(batches.next()).to.equal(undefined);
    for (const value of ['a', 'b']) add(value);
    expect(batches.next()?.requests).to.have.length(2);
    expect(batches.next()).to.equal(undefined);
  });

  it('gives each batch a unique origin', () => {
    session.open(9);
    const origins = [1, 2].map((number) => {
      add(`${number}`);
      return next().origin;
    });
    expect(origins).to.deep.equal([
      { node: 2, runId: 7, number: 1 },
      { node: 2, runId: 7, number: 2 },
    ]);
  });

  it('keeps the stamp of a client, and stamps requests without one', () => {
    session.open(9);
    add('a', { stamp });
    add('b');
    const stamps = next().requests.map((request) => request.stamp);
    expect(stamps).to.deep.equal([stamp, { session: 9, number: 1, firstOutstanding: 1 }]);
  });

  it('proposes no unstamped request while it has no session', () => {
    add('b');
    add('a', { stamp });
    expect(next().requests.map((request) => request.stamp)).to.deep.equal([stamp]);
    expect(session.isWanted).to.equal(true);
    session.open(9);
    expect(next().requests).to.have.length(1);
  });

  it('adds random bits and the owner to a request that opens a session, once ids are random', () => {
    const command = { type: 'openSession', client: 'c' } as const;
    const openSession = (fields: object, options: object = {}) => {
      pending.add({ command, ...fields }, options).catch(() => {});
      return next().requests.map(({ opening }) => opening);
    };
    expect(openSession({})).to.deep.equal([undefined]);
    entropy = new Uint8Array(16).fill(3);
    expect(openSession({})).to.deep.equal([{ entropy: Buffer.from(entropy), owner: 'local' }]);
    const owner = '10.0.0.1';
    const client = { principal: owner };
    const encoded = Buffer.from('919204a163', 'hex');
    const bits = Buffer.from(entropy);
    expect(openSession({ encoded }, { client })).to.deep.equal([{ entropy: bits, owner }]);
    const principal = { user: 'alice' };
    expect(openSession({ principal }, { client })).to.deep.equal([
      { entropy: bits, owner: 'user alice' },
    ]);
  });
});
