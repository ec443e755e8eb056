/** A transport and a storage of values as bytes, over those of the page, which carry and keep labels. */
import type { Storage, Transport } from '@paxkv/paxos';
import { mapEnvelope, mapMemory, mapWrite } from '../protocol/value-mapping.ts';
import type { ValueLabels } from './value-labels.ts';

type Bytes = Uint8Array;

export function labelledTransport(
  transport: Transport<string>,
  labels: ValueLabels,
): Transport<Bytes> {
  const toValue = (label: string) => labels.valueOf(label);
  const toLabel = (value: Bytes) => labels.labelOf(value);
  return {
    open: (inbox) =>
      transport.open({
        receive: (envelope) => inbox.receive(mapEnvelope(envelope, toValue)),
        undeliverable: (envelope) => inbox.undeliverable(mapEnvelope(envelope, toValue)),
        disconnected: (peer) => inbox.disconnected(peer),
      }),
    send: (envelope) => transport.send(mapEnvelope(envelope, toLabel)),
    close: () => transport.close(),
  };
}

export function labelledStorage(storage: Storage<string>, labels: ValueLabels): Storage<Bytes> {
  const toValue = (label: string) => labels.valueOf(label);
  const toLabel = (value: Bytes) => labels.labelOf(value);
  return {
    load: async () => mapMemory(await storage.load(), toValue),
    write: (writes) => storage.write(writes.map((write) => mapWrite(write, toLabel))),
    close: () => storage.close(),
  };
}
