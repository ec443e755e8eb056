import { setTimeout as wait } from 'node:timers/promises';
import { type TransportFixture, transportContract } from '../../contracts/transport-contract.ts';
import { everyoneConnected, listen, portOf, Station } from './fixtures.ts';

/** Three servers on loopback, where nothing is lost once all are connected. */
async function threeServers(): Promise<TransportFixture<Uint8Array>> {
  const servers = await Promise.all([listen(), listen(), listen()]);
  const addresses = servers.map((http) => `127.0.0.1:${portOf(http)}`);
  // The contract uses numbers that no young cluster can have reached.
  const limits = { seqAheadMax: 2 ** 52, roundAheadMax: 2 ** 52 };
  const stations = servers.map((http, me) => new Station(http, { me, addresses, limits }));
  let settledCount = 0;
  return {
    transports: stations.map(({ transport }) => transport),
    toValue: (text) => new TextEncoder().encode(text),
    settle: async (promise) => {
      const result = await promise;
      settledCount += 1;
      // All must be open before they can connect to each other.
      if (settledCount === stations.length) await everyoneConnected(stations);
      return result;
    },
    quiet: () => wait(50),
    close: async () => {
      for (const station of stations) await station.close();
    },
  };
}

transportContract('PeerTransport', threeServers);
