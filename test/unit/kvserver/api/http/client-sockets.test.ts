import { Duplex } from 'node:stream';
import { ClientSockets } from '@paxkv/kvserver/internal/api/http/client-sockets';
import { expect } from 'chai';

class Connection extends Duplex {
  isBusy = false;
  override _read(): void {}
}

describe('ClientSockets', () => {
  let sockets: ClientSockets;

  beforeEach(() => {
    sockets = new ClientSockets({
      countMax: 3,
      isIdle: (socket) => !(socket instanceof Connection && socket.isBusy),
    });
  });

  function open(count: number, isBusy = false): Connection[] {
    return Array.from({ length: count }, () => {
      const connection = new Connection();
      sockets.add(connection);
      connection.isBusy = isBusy;
      if (isBusy) sockets.touch(connection);
      return connection;
    });
  }

  const closed = (connections: readonly Connection[]) =>
    connections.flatMap(({ destroyed }, index) => (destroyed ? index : []));

  it('closes nothing up to the limit', () => {
    expect(closed(open(3))).to.deep.equal([]);
  });

  it('closes the connection that has been idle longest, above it', () => {
    const connections = open(3);
    for (const connection of connections) sockets.touch(connection);
    const [first] = connections;
    if (first !== undefined) sockets.touch(first);
    open(1);
    expect(closed(connections)).to.deep.equal([1]);
  });

  it('closes connections without any request before others', () => {
    const [served] = open(1);
    if (served !== undefined) sockets.touch(served);
    const silent = open(10);
    expect(served?.destroyed).to.equal(false);
    expect(closed(silent)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps a few above the limit while all are busy, and serves no request there', () => {
    const busy = open(3, true);
    const [surplus] = open(1);
    expect(closed(busy)).to.deep.equal([]);
    expect(surplus?.destroyed).to.equal(false);
    expect(surplus && sockets.touch(surplus)).to.equal(false);
    const more = open(16);
    expect(surplus?.destroyed).to.equal(true);
    expect(closed(more)).to.deep.equal([]);
  });

  it('has room again for each that is closed, or belongs to another server', async () => {
    const busy = open(3, true);
    const [first, second] = busy;
    first?.destroy();
    await new Promise((resolve) => first?.once('close', resolve));
    if (second !== undefined) sockets.release(second);
    const others = open(2);
    expect(others.map((other) => sockets.touch(other))).to.deep.equal([true, true]);
    expect(closed(others)).to.deep.equal([]);
    expect(second?.destroyed).to.equal(false);
  });
});
