import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { memberName } from '@paxkv/kvserver/internal/config/member-name';
import type { PeerTls } from '@paxkv/kvserver/internal/config/peer-settings';
import { PeerSecurity } from '@paxkv/kvserver/internal/transport/security/peer-security';
import { expect } from 'chai';
import {
  authority,
  type Credential,
  client,
  expired1,
  foreign0,
  foreign1,
  member0,
  member1,
  otherAuthority,
} from './certificates.ts';
import { clusterId, learn, reserve, Station, secrets, toAddresses } from './fixtures.ts';

const tlsOf = (credential: Credential, ca = authority): PeerTls => ({ ...credential, ca });

describe('Servers with certificates', () => {
  const stations: Station[] = [];
  afterEach(() => Promise.all(stations.splice(0).map((station) => station.close())));

  async function pair(first: PeerTls | undefined, second: PeerTls | undefined): Promise<Station[]> {
    const ports = await reserve(2);
    const addresses = toAddresses(ports);
    const [zero, one] = ports.map((port, me) => {
      const security = new PeerSecurity({ secrets, tls: [first, second][me] });
      return new Station(port, { me, addresses, security });
    });
    if (zero === undefined || one === undefined) throw new Error('there are two');
    stations.push(zero, one);
    await zero.open();
    await one.open();
    return stations;
  }

  const reasonAt = async (station: Station | undefined, node: number, text: string | RegExp) => {
    const { reason = '' } = (await station?.until(node, (change) =>
      new RegExp(text).test(change.reason ?? ''),
    )) ?? { reason: '' };
    return reason;
  };

  it('connect over TLS 1.3, and carry messages', async () => {
    const [zero, one] = await pair(tlsOf(member0), tlsOf(member1));
    await Promise.all([zero?.connected(1), one?.connected(0)]);
    zero?.transport.send(learn(1, { from: 0, to: 1 }));
    await one?.inbox.until(({ received }) => received.length === 1);
    const { key, cert, ca } = tlsOf(member1);
    const options = { port: zero?.port ?? 0, key, cert, ca, checkServerIdentity: () => undefined };
    const socket = connectTls(options);
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).to.equal('TLSv1.3');
    socket.destroy();
    const old = connectTls({ ...options, maxVersion: 'TLSv1.2' });
    const [error] = await once(old, 'error');
    expect(String(error)).to.match(/protocol|alert/i);
  });

  it('refuse a certificate that names another member, each at its end', async () => {
    const [zero, one] = await pair(tlsOf(member0), tlsOf(member0));
    await reasonAt(zero, 1, `wrong certificate: it does not name ${memberName(clusterId, 1)}`);
    await reasonAt(one, 0, 'refused: wrong certificate');
    expect(zero?.transport.refusals['wrong certificate']).to.be.above(0);
    expect(zero?.inbox.received).to.deep.equal([]);
  });

  it('refuse a certificate of another authority, one that has expired, and that of a client', async () => {
    for (const tls of [foreign1, expired1, client].map((one) => tlsOf(one))) {
      const [zero, one] = await pair(tlsOf(member0), tls);
      await one?.until(0, ({ connected }) => !connected);
      await zero?.until(1, ({ connected }) => !connected);
      expect(Object.keys(zero?.transport.refusals ?? {}).join()).to.match(
        /no TLS|wrong certificate/,
      );
      expect(
        [...(zero?.changes ?? []), ...(one?.changes ?? [])].some(({ connected }) => connected),
      ).to.equal(false);
      await Promise.all(stations.splice(0).map((station) => station.close()));
    }
  });

  it('do not connect to a server without TLS, on either side', async () => {
    const [zero, one] = await pair(tlsOf(member0), undefined);
    const isRefused = () =>
      zero?.transport.refusals['no TLS'] !== undefined &&
      one?.transport.refusals['bad frame'] !== undefined;
    while (!isRefused()) await new Promise(setImmediate);
    const changes = [...(zero?.changes ?? []), ...(one?.changes ?? [])];
    expect(changes.some(({ connected }) => connected)).to.equal(false);
  });

  it('take a new certificate without a restart, and then refuse the old authority', async () => {
    const security = new PeerSecurity({ secrets, tls: tlsOf(member0) });
    const [mine = 0, theirs = 0] = await reserve(2);
    const addresses = toAddresses([mine, theirs]);
    const zero = new Station(mine, { me: 0, addresses, security });
    stations.push(zero);
    await zero.open();
    const next = tlsOf(foreign0, otherAuthority);
    security.replace({ secrets, tls: next });
    const tls = tlsOf(foreign1, otherAuthority);
    const one = new Station(theirs, {
      me: 1,
      addresses,
      security: new PeerSecurity({ secrets, tls }),
    });
    stations.push(one);
    await one.open();
    await Promise.all([zero.connected(1), one.connected(0)]);
    expect(() => security.replace({ secrets })).to.throw('only be turned on or off by a restart');
    expect(() => security.replace({ secrets, tls: { ...next, key: 'x' } })).to.throw();
  });
});
