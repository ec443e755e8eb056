/** What the playground may import. A server has no entry point for what runs in a page. */
export const inPage: readonly string[] = [
  '@paxkv/paxos',
  '@paxkv/paxos/core',
  '@paxkv/protocol',
  '@paxkv/simulator',
  '@paxkv/kvserver/internal/config/limits',
  '@paxkv/kvserver/internal/replica/index',
  '@paxkv/kvserver/internal/replica/ports',
  '@paxkv/kvserver/internal/replica/replica-options',
  '@paxkv/kvserver/internal/state-machine/batch',
  '@paxkv/kvserver/internal/storage/state/state-database',
];
