/** Metrics of the disk, of the log, and of what repairs and verifies the data. */
import type { MetricFacts } from './facts.ts';
import type { MetricSpec } from './metric-spec.ts';

export const storageSpecs: readonly MetricSpec<MetricFacts>[] = [
  {
    name: 'paxkv_disk_wal_fsync_duration_seconds',
    type: 'histogram',
    help: 'Time of each flushed write to the journal, of probes too',
    read: ({ recorder }) => [{ reading: recorder.flushes.reading }],
  },
  {
    name: 'paxkv_disk_wal_pending_seconds',
    type: 'gauge',
    help: 'For how long the oldest flush of the journal has been under way; 0 if none is',
    read: ({ status: { disk } }) => disk && disk.pendingMs / 1000,
  },
  {
    name: 'paxkv_disk_backend_commit_duration_seconds',
    type: 'histogram',
    help: 'Time of each flushed write of the state to its database',
    read: ({ recorder }) => [{ reading: recorder.stateWrites.reading }],
  },
  {
    name: 'paxkv_disk_wal_live_bytes',
    type: 'gauge',
    help: 'Bytes of the records of the journal that are still needed',
    read: ({ node }) => node?.journalBytes,
  },
  {
    name: 'paxkv_disk_data_bytes',
    type: 'gauge',
    help: 'Bytes of the files in the data directory',
    labels: ['part'],
    read: ({ disk }) => disk.parts.map(({ part, bytes }) => ({ labels: { part }, value: bytes })),
  },
  {
    name: 'paxkv_disk_free_bytes',
    type: 'gauge',
    help: 'Bytes free for this server on the file system of its data directory',
    read: ({ disk }) => disk.freeBytes,
  },
  {
    name: 'paxkv_log_retained_instances',
    type: 'gauge',
    help: 'Decided instances in memory, kept for servers that lack them',
    read: ({ status }) => status.retained?.instances,
  },
  {
    name: 'paxkv_log_retained_bytes',
    type: 'gauge',
    help: 'Bytes of their values',
    read: ({ status }) => status.retained?.bytes,
  },
  {
    name: 'paxkv_log_window_bytes',
    type: 'gauge',
    help: 'Bytes on disk of decided instances that left memory before every server had them',
    read: ({ node }) => node?.logWindowBytes,
  },
  {
    name: 'paxkv_log_undurable_bytes',
    type: 'gauge',
    help: 'Bytes of changes that are applied and not yet in the state database',
    read: ({ node }) => node?.undurableBytes,
  },
  {
    name: 'paxkv_catch_up_received',
    type: 'gauge',
    help: 'Instances of the log, or rows of the state, that the server has taken from another one; absent while it takes none',
    labels: ['tier'],
    read: ({ status: { catchUp } }) =>
      catchUp === undefined ? [] : [{ labels: { tier: catchUp.tier }, value: catchUp.received }],
  },
  {
    name: 'paxkv_catch_up_expected',
    type: 'gauge',
    help: 'How many of them there are, as far as is known',
    labels: ['tier'],
    read: ({ status: { catchUp } }) =>
      catchUp?.total === undefined
        ? []
        : [{ labels: { tier: catchUp.tier }, value: catchUp.total }],
  },
  {
    name: 'paxkv_scrub_running',
    type: 'gauge',
    help: 'Whether rows of the state are being verified now',
    read: ({ status: { scrub } }) => scrub && Number(scrub.isRunning),
  },
  {
    name: 'paxkv_scrub_rows',
    type: 'gauge',
    help: 'Rows verified in the pass that runs, or in the last one',
    read: ({ status: { scrub } }) => scrub?.rows,
  },
  {
    name: 'paxkv_scrub_last_pass_timestamp_seconds',
    type: 'gauge',
    help: 'When the last pass over all rows ended without damage; absent before the first',
    read: ({ status: { scrub } }) =>
      scrub?.lastPassAtMs === undefined ? undefined : scrub.lastPassAtMs / 1000,
  },
  {
    name: 'paxkv_scrub_differing_peers',
    type: 'gauge',
    help: 'Peers whose state differed at the same instance when it was compared last',
    read: ({ status: { scrub } }) => scrub?.differsFrom.length,
  },
];
