/** How another server is dialed: at its address for peers, or as earlier versions are, during an upgrade. */
import { type ClientOptions, WebSocket } from 'ws';
import { memberName } from '../config/member-name.ts';
import { EarlierDialer } from './exchange/earlier-exchange.ts';
import type { DialerExchange } from './exchange/exchange.ts';
import { ProvenDialer } from './exchange/proven-exchange.ts';
import { type Hello, helloBytesMax, peerPath } from './handshake.ts';
import type { PeerSecurity } from './security/peer-security.ts';
import { SocketWire } from './wire/socket-wire.ts';
import { WebSocketWire } from './wire/web-socket-wire.ts';
import type { Wire } from './wire/wire.ts';

/** A connection that is being dialed, and how the handshake on it begins, or why it does not. */
export interface Dialing {
  readonly wire: Wire;
  readonly exchange: (wire: Wire, hello: Hello) => DialerExchange | string;
}

export interface DialTargetsOptions {
  /** `host:port` at which the other server listens for peers. */
  readonly address: string;
  readonly security: PeerSecurity;
  /** `host:port` at which it listens for peers if its version is earlier. Dialed in turn; absent: never. */
  readonly earlierAddress: () => string | undefined;
}

export class DialTargets {
  readonly #options: DialTargetsOptions;
  readonly #host: string;
  readonly #port: number;
  #isEarlierNext = false;

  /** @throws TypeError if the address is not one. */
  constructor(options: DialTargetsOptions) {
    this.#options = options;
    const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(options.address);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    if (host === undefined || port > 65_535)
      throw new TypeError(`"${options.address}" is not a host:port address`);
    this.#host = host;
    this.#port = port;
  }

  dial(): Dialing {
    const earlier = this.#options.earlierAddress();
    const isEarlier = earlier !== undefined && this.#isEarlierNext;
    this.#isEarlierNext = !isEarlier;
    return isEarlier ? dialEarlier(earlier) : this.#dialProven();
  }

  #dialProven(): Dialing {
    const { security } = this.#options;
    return {
      wire: new SocketWire(security.dial(this.#host, this.#port)),
      exchange: (wire, hello) => {
        const name = memberName(hello.clusterId, hello.to);
        const isOther = wire.members !== undefined && !wire.members.includes(name);
        if (isOther) return `wrong certificate: it does not name ${name}`;
        return new ProvenDialer(hello, security.secrets, wire.channelBinding);
      },
    };
  }
}

function dialEarlier(address: string): Dialing {
  const settings: ClientOptions & { closeTimeout: number } = {
    perMessageDeflate: false,
    maxPayload: helloBytesMax,
    closeTimeout: 3000,
    // Masks protect proxies from web pages. Servers do not need them, and masking touches each byte twice.
    generateMask: (mask) => mask.fill(0),
  };
  return {
    wire: new WebSocketWire(new WebSocket(`ws://${address}${peerPath}`, settings)),
    exchange: (_, hello) => new EarlierDialer(hello),
  };
}
