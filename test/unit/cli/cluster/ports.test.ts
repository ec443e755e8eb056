import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { CliError } from 'paxkv/internal/cli-error';
import { expectFree } from 'paxkv/internal/cluster/ports';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';

/** A program that is no paxkv server: it hangs up on everybody. */
async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

describe('expectFree', () => {
  async function refusalOf(ports: readonly number[]): Promise<CliError> {
    const failure = await expectFree(ports).catch((error: unknown) => error);
    if (failure instanceof CliError) return failure;
    throw new Error('the ports were taken for free', { cause: failure });
  }

  it('names each port that is taken, and what to do about it', async () => {
    const servers = [await listen(), await listen(), await listen()];
    const [free = 0, ...taken] = servers.map(portOf);
    const [first, ...others] = servers;
    if (first !== undefined) await close(first);
    try {
      const { exitCode, lines } = await refusalOf([free, ...taken]);
      expect(exitCode).to.equal(1);
      expect(lines).to.have.lengthOf(3);
      for (const [index, port] of taken.entries()) {
        expect(lines[index]).to.match(
          new RegExp(`^port ${port} is taken by another program(?: \\(pid ${process.pid}\\))?$`),
        );
      }
      expect(lines[2]).to.match(
        /^stop what listens there, or start a cluster on other ports with other data: .*--port \d+/,
      );
    } finally {
      for (const server of others) await close(server);
    }
  });

  it('recognizes a node of a running cluster', async () => {
    const server = await ServerUnderTest.open();
    try {
      const { lines } = await refusalOf([server.port]);
      expect(lines[0]).to.contain(
        `port ${server.port} is taken by node 0 of a running paxkv cluster named test`,
      );
    } finally {
      await server.close();
    }
  });

  it('recognizes the port for peers of such a node by its process, on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    const [node, peers] = [await ServerUnderTest.open(), await listen()];
    try {
      const { lines } = await refusalOf([portOf(peers), node.port]);
      const owner = `node 0 of a running paxkv cluster named test (pid ${process.pid})`;
      expect(lines.slice(0, 2)).to.deep.equal([
        `port ${portOf(peers)} is taken by ${owner}`,
        `port ${node.port} is taken by ${owner}`,
      ]);
    } finally {
      await node.close();
      await close(peers);
    }
  });

  it('recognizes a node that shows its status only to users', async () => {
    const server = await ServerUnderTest.open();
    server.replica.authTable = { ...server.replica.authTable, required: true };
    try {
      const { lines } = await refusalOf([server.port]);
      expect(lines[0]).to.contain(
        `port ${server.port} is taken by a node of a running paxkv cluster that requires a token`,
      );
    } finally {
      await server.close();
    }
  });

  it('finds the process that listens, on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    const server = await listen();
    const { lines } = await refusalOf([portOf(server)]);
    await close(server);
    expect(lines[0]).to.contain(`(pid ${process.pid})`);
  });

  it('leaves free ports free', async () => {
    const server = await listen();
    const port = portOf(server);
    await close(server);
    await expectFree([port]);
    await expectFree([port]);
  });
});
