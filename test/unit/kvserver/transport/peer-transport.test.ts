import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { PeerTransport } from '@paxkv/kvserver/internal/transport/peer-transport';
import { seqOf } from '@paxkv/paxos';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { cluster, keepingLog, learn, lone, reserve, Station, toAddresses } from './fixtures.ts';

describe('PeerTransport', () => {
  const open: Station[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((station) => station.close()));
  });

  async function three(): Promise<[Station, Station, Station]> {
    const stations = await cluster(3);
    open.push(...stations);
    const [first, second, third] = stations;
    if (!first || !second || !third) throw new Error('three were asked for');
    return [first, second, third];
  }

  it('carries messages between every two servers, each to its recipient only', async () => {
    const stations = await three();
    for (const [from, station] of stations.entries()) {
      for (const to of stations.keys()) {
        if (to !== from) station.transport.send(learn(10 * from + to, { from, to, nodeCount: 3 }));
      }
    }
    for (const [me, station] of stations.entries()) {
      await station.inbox.until((inbox) => inbox.received.length === 2);
      const seqs = station.inbox.received.map(({ message }) => seqOf(message));
      const others = [0, 1, 2].filter((from) => from !== me);
      expect(seqs.sort()).to.deep.equal(others.map((from) => 10 * from + me).sort());
    }
  });

  it('keeps the order of messages on a connection, and every byte of a value', async () => {
    const [first, second] = await three();
    const value = new Uint8Array(20_000).map((_, index) => index % 251);
    for (let seq = 0; seq < 500; seq += 1) {
      const message = { type: 'accept', seq, ballot: { round: 1, peer: 0 }, value } as const;
      first.transport.send({ from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message });
      if (seq % 100 === 0) await new Promise(setImmediate);
    }
    await second.inbox.until((inbox) => inbox.received.length === 500);
    for (const [seq, { message }] of second.inbox.received.entries()) {
      expect(seqOf(message)).to.equal(seq);
      if (message.type !== 'accept') throw new Error('an accept was sent');
      expect(Buffer.compare(message.value, value)).to.equal(0);
    }
  });

  it('carries whole states next to the messages of Paxos, and drops them if it is not connected', async () => {
    const [first, second] = await three();
    const heard = new Promise<{ from: number; message: StateMessage }>((resolve) => {
      second.transport.statePort.open((from, message) => resolve({ from, message }));
    });
    const rows = [[new Uint8Array([100, 1]), new Uint8Array(300_000).fill(7)]] as const;
    const place = { transfer: 5, attempt: 1, page: 0, applied: 9, total: 1 };
    const page = { type: 'page', ...place, rows, isLast: true } as const;
    first.transport.statePort.send(1, page);
    first.transport.send(learn(1, { from: 0, to: 1, nodeCount: 3 }));
    const { from, message } = await heard;
    if (message.type !== 'page') throw new Error('a page was sent');
    expect([from, message.applied, message.isLast]).to.deep.equal([0, 9, true]);
    expect(Buffer.compare(message.rows[0]?.[1] ?? new Uint8Array(), rows[0][1])).to.equal(0);
    await second.inbox.until((inbox) => inbox.received.length === 1);
    second.transport.statePort.close();
    await second.transport.close();
    first.transport.statePort.send(1, page);
  });

  it('reports a request to a server without a connection to its sender, but not within send', async () => {
    const station = await lone();
    open.push(station);
    const request = learn(5, { from: 0, to: 1 });
    station.transport.send(request);
    expect(station.inbox.undelivered).to.deep.equal([]);
    await station.inbox.until((inbox) => inbox.undelivered.length > 0);
    expect(station.inbox.undelivered).to.deep.equal([request]);
    expect(station.transport.counts().dropped).to.equal(1);
  });

  it('does not report a lost answer, which only its receiver can request again', async () => {
    const station = await lone();
    open.push(station);
    const message = { type: 'forgotten', seq: 1 } as const;
    station.transport.send({ from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message });
    await new Promise(setImmediate);
    expect(station.inbox.undelivered).to.deep.equal([]);
    expect(station.transport.counts().dropped).to.equal(1);
  });

  it('reports every other server as connected, and then as lost with a reason', async () => {
    const [first, second] = await three();
    const { lowest, highest } = thisVersion;
    const featureLevels = { lowest, highest };
    expect(first.transport.peers()).to.deep.equal([
      { node: 1, connected: true, featureLevels },
      { node: 2, connected: true, featureLevels },
    ]);
    await second.close();
    const change = await first.until(1, ({ connected }) => !connected);
    expect(change.reason).to.be.a('string').and.not.equal('');
    expect(first.transport.peers()[0]).to.include({ node: 1, connected: false });
    expect(first.transport.peers()[1]).to.deep.equal({ node: 2, connected: true, featureLevels });
  });

  it('connects again to a server that comes back on the same port', async () => {
    const [first, second] = await three();
    const port = second.port;
    const addresses = [first.port, port, 0].map((each) => `127.0.0.1:${each || 9}`);
    await second.close();
    await first.until(1, ({ connected }) => !connected);
    const again = new Station(port, { me: 1, addresses, bootCount: 2 });
    open.push(again);
    await again.open();
    await Promise.all([first.connected(1), again.connected(0)]);
    first.transport.send(learn(1, { from: 0, to: 1, nodeCount: 3 }));
    again.transport.send(learn(2, { from: 1, to: 0, nodeCount: 3 }));
    await again.inbox.until((inbox) => inbox.received.length === 1);
    await first.inbox.until((inbox) => inbox.received.length === 1);
  });

  it('leaves no socket and no timer behind when closed', async () => {
    const socketCount = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    // Those of earlier tests in this process may take a moment to go.
    const before = socketCount();
    const stations = await three();
    await Promise.all(stations.map((station) => station.transport.close()));
    expect(socketCount()).to.be.at.most(before);
    const changes = stations.map((station) => station.changes.length);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(stations.map((station) => station.changes.length)).to.deep.equal(changes);
  });

  it('refuses a server that cannot run at the level, and both learn of it', async () => {
    const reports: string[] = [];
    const ports = await reserve(2);
    const addresses = toAddresses(ports);
    const stations = ports.map((port, me) => {
      const levels = { lowest: 1, highest: me + 1, raiseMax: me + 1 };
      const onUnsupportedLevel = (level: number) => reports.push(`node ${me}: ${level}`);
      return new Station(port, { me, addresses, levels, onUnsupportedLevel });
    });
    open.push(...stations);
    const [first, second] = stations;
    second?.transport.levelPort.setLevel(2);
    for (const station of stations) await station.open();
    const text = 'The cluster runs at feature level 2';
    await first?.until(1, ({ reason }) => reason?.includes(text) === true);
    expect(new Set(reports)).to.deep.equal(new Set(['node 0: 2']));
    expect(second?.transport.levelPort.levelsOf(0)).to.equal(undefined);
  });

  it('refuses a server of another incarnation, on either side, and teaches its own to one without', async () => {
    const [ours, theirs] = [1, 2].map((fill) => Buffer.alloc(16, fill).toString('base64url'));
    const ports = await reserve(3);
    const addresses = toAddresses(ports);
    const stations = ports.map((port, me) => {
      const incarnation = [ours, theirs, undefined][me];
      return new Station(port, { me, addresses, ...(incarnation && { incarnation }) });
    });
    open.push(...stations);
    const [first, second] = stations;
    await first?.open();
    await stations[2]?.open();
    while (stations[2]?.transport.levelPort.incarnation !== ours) await new Promise(setImmediate);
    await second?.open();
    const { reason } =
      (await second?.until(0, (change) => change.reason?.includes('incarnation') ?? false)) ?? {};
    expect(reason).to.include('made at different times');
    expect(second?.transport.levelPort.levelsOf(0)).to.equal(undefined);
    expect(second?.transport.levelPort.incarnation).to.equal(theirs);
  });

  it('tells the levels of the servers that are connected, and no others', async () => {
    const [first, second] = await three();
    expect(first.transport.levelPort.levelsOf(1)).to.include({
      lowest: thisVersion.lowest,
      highest: thisVersion.highest,
    });
    await second.close();
    while (first.transport.levelPort.levelsOf(1) !== undefined) await new Promise(setImmediate);
    expect(first.transport.peers()[0]).not.to.have.property('featureLevels');
  });

  it('may be closed twice, and before it was opened', async () => {
    const options = { me: 0, addresses: ['127.0.0.1:9'], clusterId: 'c', bootCount: 1 };
    const transport = new PeerTransport({ ...options, logger: keepingLog().logger });
    await transport.close();
    await transport.close();
  });

  it('refuses an invalid address, and a node id without one', () => {
    const options = { clusterId: 'c', bootCount: 1, logger: keepingLog().logger };
    for (const address of ['', 'localhost', '127.0.0.1:1#x', 'a:1/b', 'user@a:1', 'a:99999']) {
      const make = () => new PeerTransport({ ...options, me: 0, addresses: ['a:1', address] });
      expect(make, address).to.throw(TypeError);
    }
    const unknownNode = () => new PeerTransport({ ...options, me: 2, addresses: ['a:1', 'b:1'] });
    expect(unknownNode).to.throw(TypeError, 'addresses has no entry for node 2');
  });
});
