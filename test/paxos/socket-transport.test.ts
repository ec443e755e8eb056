import { setTimeout as wait } from 'node:timers/promises';
import { SeededRandom } from '@paxkv/simulator';
import { type TransportFixture, transportContract } from '../unit/contracts/transport-contract.ts';
import type { LabValue } from './ledger.ts';
import { SocketNetwork } from './socket-network.ts';

async function threeSockets(): Promise<TransportFixture<LabValue>> {
  const network = await SocketNetwork.open(3, new SeededRandom('unused'));
  return {
    transports: [0, 1, 2].map((peer) => network.transport(peer)),
    toValue: (text) => text,
    settle: (promise) => promise,
    quiet: () => wait(20),
    close: () => network.close(),
  };
}

transportContract('SocketTransport', threeSockets);
