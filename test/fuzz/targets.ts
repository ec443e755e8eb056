/** Every protocol that is fuzzed. */
import type { Target } from './target.ts';
import { httpTarget } from './targets/http.ts';
import { peersTarget, provenPeersTarget } from './targets/peers.ts';
import { streamTarget } from './targets/stream.ts';

export const targets: readonly Target[] = [
  httpTarget,
  streamTarget,
  peersTarget,
  provenPeersTarget,
];
