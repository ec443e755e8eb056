import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { expectFree } from 'paxkv/internal/cluster/port-check';
import { CliError } from 'paxkv/internal/exit-code';

async function listen(): Promise<Server> {
  const server = createServer();
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
  it('names the port that is taken, and how to choose others', async () => {
    const [free, taken] = [await listen(), await listen()];
    const ports = [portOf(free), portOf(taken)];
    await close(free);
    try {
      const failure = await expectFree(ports).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(CliError).with.property('exitCode', 1);
      expect(failure).to.have.property(
        'message',
        `port ${ports[1]} is taken: is a cluster running already? --port chooses others`,
      );
    } finally {
      await close(taken);
    }
  });

  it('leaves free ports free', async () => {
    const server = await listen();
    const port = portOf(server);
    await close(server);
    await expectFree([port]);
    await expectFree([port]);
  });
});
