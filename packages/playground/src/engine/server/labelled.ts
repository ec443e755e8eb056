/** A transport and a storage of values as bytes, over those of the page, which carry and keep labels. */
import type { Storage, Transport } from '@paxkv/paxos';
import { mapEnvelope, mapMemory, mapWrite } from '../protocol/value-mapping.ts';
import type { ValueLabels } from './value-labels.ts';

type Bytes = Uint8Array;

export function labelledTransport(
  transport: Transport<string>,
  labels: ValueLabels,
): Transport<Bytes> {
  const valueOf = (label: string) => labels.valueOf(label);
  const labelOf = (value: Bytes) => labels.labelOf(value);
  return {
    open: (inbox) =>
      transport.open({
        receive: (envelope) => inbox.receive(mapEnvelope(envelope, valueOf)),
        undeliverable: (envelope) => inbox.undeliverable(mapEnvelope(envelope, valueOf)),
        disconnected: (peer) => inbox.disconnected(peer),
      }),
    send: (envelope) => transport.send(mapEnvelope(envelope, labelOf)),
    close: () => transport.close(),
  };
}

export function labelledStorage(storage: Storage<string>, labels: ValueLabels): Storage<Bytes> {
  const valueOf = (label: string) => labels.valueOf(label);
  const labelOf = (value: Bytes) => labels.labelOf(value);
  return {
    load: async () => mapMemory(await storage.load(), valueOf),
    write: (writes) => storage.write(writes.map((write) => mapWrite(write, labelOf))),
    close: () => storage.close(),
  };
}
