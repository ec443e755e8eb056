/**
 * A program that passes for a node of a cluster with credentials that are none of a member, and prints why node 0
 * refuses it. It uses the transport of a server without the checks that a server makes of its own settings. Arguments:
 * the node, the addresses at which nodes listen for each other, and the files of the secret, the key, the certificate
 * and the authority.
 */
import { readFileSync } from 'node:fs';
import { PeerTransport } from '@paxkv/kvserver/internal/transport/peer-transport';
import { PeerSecurity } from '@paxkv/kvserver/internal/transport/security/peer-security';
import { pino } from 'pino';
import { KeepingInbox } from '../../unit/kvserver/transport/fixtures.ts';

/** The node whose answer counts. */
const asked = 0;
const [node = '', addresses = '', ...files] = process.argv.slice(2);
const [secret = '', key = '', cert = '', ca = ''] = files.map((file) => readFileSync(file, 'utf8'));

const transport = new PeerTransport({
  clusterId: 'tests',
  me: Number(node),
  addresses: addresses.split(','),
  bootCount: 1_000_000,
  security: new PeerSecurity({ secrets: [Buffer.from(secret.trim())], tls: { key, cert, ca } }),
  logger: pino({ level: 'silent' }),
  onUnsupportedLevel: () => {},
  onPeerChange: (peer, connected, reason) => {
    if (peer !== asked || (!connected && reason === undefined)) return;
    process.stdout.write(`node ${peer}: ${connected ? 'accepted' : reason}\n`, () =>
      process.exit(),
    );
  },
});
await transport.open(new KeepingInbox());
