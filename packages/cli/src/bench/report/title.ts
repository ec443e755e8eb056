/** What a benchmark asks, in one line. */
import type { BenchSettings } from '../settings.ts';
import { requestKinds } from '../workload/mix.ts';

export function toTitle(settings: BenchSettings): string {
  const { workload, inFlight, clientCount, perSecond, transport } = settings;
  const loop = perSecond === undefined ? 'closed loop' : `open loop of ${perSecond} a second`;
  const name = workload === undefined ? '' : `YCSB ${workload.toUpperCase()}: `;
  const clients = clientCount === 1 ? '1 client' : `${clientCount} clients`;
  return [
    `${name}${toMixText(settings)}`,
    `${settings.keyCount} keys (${settings.distribution})`,
    `${settings.valueBytes}-byte values`,
    `${inFlight} in flight from ${clients}${transport === 'http' ? ' over HTTP' : ''}`,
    `${loop} for ${settings.seconds} s`,
  ].join(', ');
}

function toMixText({ mix, consistency }: BenchSettings): string {
  const parts = requestKinds.flatMap((kind) => {
    const share = mix[kind] ?? 0;
    if (share === 0) return [];
    const words = kind === 'get' && consistency === 'serializable' ? 'serializable get' : kind;
    return [share === 1 ? `${words}s only` : `${Math.round(share * 100)} % ${words}s`];
  });
  return parts.join(' + ');
}
