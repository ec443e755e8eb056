/** Reports what an exchange sees of its servers as events of the client. */
import type { ExchangeListener } from '../environment.ts';
import { serverAttributes } from './attributes.ts';
import type { ClientEvents } from './client-events.ts';

export function exchangeListener(events: ClientEvents): ExchangeListener {
  return {
    onOpen: (endpoint) => events.emit('open', {}, serverAttributes(endpoint)),
    onClose: (endpoint, reason) => events.emit('close', { reason }, serverAttributes(endpoint)),
    onLeader: (leader, endpoint) => {
      const node = leader === undefined ? {} : { 'paxkv.node': leader };
      events.emit('leader', { leader }, { ...node, ...serverAttributes(endpoint) });
    },
  };
}
