/** The cluster whose servers are fuzzed by what another member of it, or anyone, may send to their port for peers. */
export const fuzzedCluster = {
  clusterId: 'fuzz',
  /** Two of three servers run. The third one is the fuzzer. */
  memberCount: 3,
  fuzzer: 2,
  secret: 'the-secret-of-the-cluster-that-is-fuzzed',
} as const;
