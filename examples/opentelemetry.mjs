/** Spans of OpenTelemetry for each call of a client. Each attempt that failed is an event on the span of the program. */

import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { KvClient } from '@paxkv/client';
import { endpoints } from './endpoints.mjs';

// A program sets its own provider, most often that of @opentelemetry/sdk-node.
const exporter = new InMemorySpanExporter();
const spanProcessors = [new SimpleSpanProcessor(exporter)];
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));

/** The bridge: the attributes of events have the names of OpenTelemetry already. */
function traced(client) {
  const tracer = trace.getTracer('paxkv');
  client.events.addEventListener('call', ({ detail, attributes }) => {
    const endTime = Date.now();
    const span = tracer.startSpan(`${attributes['db.operation.name']}`, {
      kind: SpanKind.CLIENT,
      startTime: endTime - detail.durationMs,
      attributes,
    });
    if (detail.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  });
  client.events.addEventListener('retry', ({ attributes }) => {
    trace.getActiveSpan()?.addEvent('retry', attributes);
  });
  return client;
}

const client = traced(new KvClient({ endpoints }));
await client.put('colour', 'blue');
await client.get('colour');
await client.increment('colour').catch(() => {});
await client.close();

for (const { name, status, attributes } of exporter.getFinishedSpans()) {
  const how = status.code === SpanStatusCode.ERROR ? attributes['error.type'] : 'ok';
  console.log(attributes['db.system.name'], name, how, attributes['server.address']);
}
// prints: paxkv put ok 127.0.0.1
// prints: paxkv get ok 127.0.0.1
// prints: paxkv increment KV_NOT_A_COUNTER 127.0.0.1
