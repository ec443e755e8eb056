import { setTimeout as wait } from 'node:timers/promises';
import { type TransportFixture, transportContract } from '../../contracts/transport-contract.ts';
import { everyoneConnected, reserve, Station, toAddresses } from './fixtures.ts';

/** Three servers on loopback, where nothing is lost once all are connected. */
async function threeServers(): Promise<TransportFixture<Uint8Array>> {
  const ports = await reserve(3);
  const addresses = toAddresses(ports);
  const stations = ports.map((port, me) => new Station(port, { me, addresses }));
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
