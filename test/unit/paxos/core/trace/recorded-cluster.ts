/** Three peers in a simulated world with faults and crashes. Each run of a peer leaves a trace. */
import { Paxos, type RetentionPolicy } from '@paxkv/paxos';
import { TraceRecorder } from '@paxkv/paxos/core';
import { drawHarsh, SimDisk, SimNetwork, SimNode, World } from '@paxkv/simulator';

/** Bytes, as in a server: the core distinguishes two objects that hold the same. */
type Value = Uint8Array;

const peers = [0, 1, 2];
const proposalCount = 40;
const crashEvery = 9;

/** Forgets much that some peer still lacks. */
const little: RetentionPolicy<Value> = {
  type: 'quorum',
  instances: 3,
  bytes: 1000,
  sizeOf: (value) => value.byteLength,
};

/** The lines of each run, from its start to its crash or to the end. Another part begins each `partLength` lines. */
export async function recordRuns(
  seed: number,
  partLength = Number.POSITIVE_INFINITY,
): Promise<string[][]> {
  const world = new World({ seed });
  const runs: string[][] = [];
  await world.run(async () => {
    const profile = drawHarsh(world.random('faults'));
    const network = new SimNetwork<Value>(world, { peerCount: peers.length, profile });
    const nodes = peers.map((me) => {
      const disk = new SimDisk<Value>(world, {
        random: world.random(`disk ${me}`),
        copy: (write) => write,
      });
      return new SimNode(world, ({ clock, onCrash }) => {
        onCrash(() => network.unplug(me));
        onCrash(() => disk.crash());
        const lines: string[] = [];
        runs.push(lines);
        return Paxos.open<Value>({
          me,
          peerCount: peers.length,
          isCandidate: true,
          retention: seed % 2 === 0 ? { type: 'everyPeer' } : little,
          ...(seed % 3 === 0 && { messageLimits: { voteCountMax: 1, learnCountMax: 2 } }),
          transport: network.transport(me),
          storage: disk.open(),
          clock,
          random: world.random(`peer ${me}`),
          recorder: createRecorder(lines, partLength),
        });
      });
    });
    for (const node of nodes) await node.start();
    const random = world.random('script');
    for (let index = 0; index < proposalCount; index += 1) {
      const node = nodes[Math.floor(random.next() * nodes.length)];
      const seq = Math.floor(random.next() * proposalCount);
      node?.program?.start(seq, Uint8Array.of(index % 5));
      node?.program?.readIndex();
      node?.program?.done(Math.floor(index / 3));
      if (index % crashEvery === 0 && node?.isUp) {
        node.crash();
        await node.start();
      }
      await world.sleep(200 * random.next());
    }
    await world.sleep(2000);
  });
  return runs;
}

function createRecorder(lines: string[], partLength: number): TraceRecorder<Value> {
  const tokens = new WeakMap<Value, string>();
  let count = 0;
  let partStart = 0;
  const recorder = new TraceRecorder<Value>({
    isValue: (data) => data instanceof Uint8Array,
    tokenOf: (value) => {
      const token = tokens.get(value) ?? `${count++}`;
      tokens.set(value, token);
      return token;
    },
    onLine: (line) => {
      lines.push(line);
      if (lines.length < partStart + partLength) return;
      partStart = lines.length;
      recorder.beginPart();
    },
  });
  return recorder;
}
