export { AbortError, PaxosIterator } from './paxos-iterator.ts';
export { type NamespaceSource, PaxosLevel, type PaxosLevelOptions } from './paxos-level.ts';
