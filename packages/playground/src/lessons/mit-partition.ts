/** MIT's lab tests about partitions, as scenarios: P14 to P19. */
import { SeededRandom } from '@paxkv/simulator';
import type { Words } from '../text/words.ts';
import type { Condition } from './condition.ts';
import type { Lesson, Step } from './lesson.ts';
import { alone, partition, propose, proposeAll } from './starts.ts';

const peerCount = 5;
const roundCount = 4;
const chaosRoundCount = 8;

const noDecision: Step = {
  text: {
    en: 'No group is a quorum: {0, 2}, {1, 3}, {4}. Peer 1 proposes, and nothing is decided.',
    zh: '没有一组构成多数派:{0, 2}、{1, 3}、{4}。节点 1 徒劳地请求。',
  },
  actions: [partition([0, 2], [1, 3], [4]), propose(1, 0, '111')],
  goal: [{ type: 'decidedAtMost', seq: 0, count: 0 }],
  afterMs: 3000,
};

const majority: Step = {
  text: {
    en: 'Peers 1, 2 and 3 are a quorum. Peer 1 still proposes, and its value is decided.',
    zh: '节点 1、2、3 构成多数派。节点 1 仍在尝试,它的值被决定。',
  },
  actions: [partition([0], [1, 2, 3], [4])],
  goal: [decided(0, 'quorum', '111')],
};

const healed: Step = {
  text: {
    en: 'After the heal the others propose different values, and learn the decided one.',
    zh: '愈合之后其他节点提议自己的值,并得知已决定的值。',
  },
  actions: [propose(0, 0, '1000'), propose(4, 0, '1004'), { type: 'heal' }],
  goal: [decided(0, peerCount, '111')],
};

const switched: Words = {
  en: 'Peer 2 changes sides, and peers 3 and 4 learn from it.',
  zh: '节点 2 换边,节点 3、4 从它那里得知。',
};

export const mitPartition: readonly Lesson[] = [
  {
    id: 'mit-no-decision',
    group: 'mit',
    title: { en: 'No decision if partitioned', zh: '分区时没有决定' },
    settings: alone(peerCount),
    steps: [noDecision],
  },
  {
    id: 'mit-majority',
    group: 'mit',
    title: { en: 'Decision in the majority partition', zh: '多数派分区中的决定' },
    settings: alone(peerCount),
    steps: [noDecision, majority],
  },
  {
    id: 'mit-full-heal',
    group: 'mit',
    title: { en: 'All agree after a full heal', zh: '完全愈合后达成一致' },
    settings: alone(peerCount),
    steps: [noDecision, majority, healed],
  },
  {
    id: 'mit-one-switches',
    group: 'mit',
    title: { en: 'One peer switches partitions', zh: '一个节点切换分区' },
    settings: alone(peerCount),
    steps: rounds().flatMap(switching),
  },
  {
    id: 'mit-one-switches-unreliable',
    group: 'mit',
    title: { en: 'One peer switches partitions, unreliable', zh: '一个节点切换分区,网络不可靠' },
    settings: alone(peerCount),
    steps: rounds().flatMap(switchingUnreliably),
  },
  {
    id: 'mit-changing-partitions',
    group: 'mit',
    title: { en: 'Many requests, changing partitions', zh: '许多请求,不断变化的分区' },
    settings: { ...alone(peerCount), network: 'lossy' },
    steps: [...chaos(), calmedDown()],
  },
];

function decided(seq: number, count: number | 'quorum', value?: string): Condition {
  return { type: 'decided', seq, count, ...(value !== undefined && { value }) };
}

function rounds(): number[] {
  return Array.from({ length: roundCount }, (_, round) => round);
}

/** The majority decides, and peer 2 carries the decision to the others. */
function switching(seq: number): Step[] {
  const value = `${10 * seq}`;
  return [
    {
      text: {
        en: `Instance ${seq}: peers 0, 1 and 2 are a quorum, and decide. Peers 3 and 4 cannot decide.`,
        zh: `实例 ${seq}:节点 0、1、2 构成多数派并决定。节点 3、4 不能。`,
      },
      actions: [
        partition([0, 1, 2], [3, 4]),
        propose(0, seq, value),
        propose(3, seq, `${10 * seq + 1}`),
      ],
      goal: [decided(seq, 'quorum', value), { type: 'decidedAtMost', seq, count: 3 }],
    },
    {
      text: switched,
      actions: [partition([0, 1], [2, 3, 4])],
      goal: [decided(seq, peerCount, value)],
    },
  ];
}

/** The same, but every peer of the majority proposes, since one of them could miss the decision. */
function switchingUnreliably(seq: number): Step[] {
  return [
    {
      text: {
        en: `Instance ${seq}: messages are lost, and peers 0, 1 and 2 decide all the same.`,
        zh: `实例 ${seq}:消息会丢失,节点 0、1、2 照样决定。`,
      },
      actions: [
        { type: 'lossy' },
        partition([0, 1, 2], [3, 4]),
        ...proposeAll(peerCount, seq, (peer) => `${10 * seq + peer}`),
      ],
      goal: [decided(seq, 3), { type: 'decidedAtMost', seq, count: 3 }],
    },
    {
      text: switched,
      actions: [{ type: 'calm' }, partition([0, 1], [2, 3, 4])],
      goal: [decided(seq, peerCount)],
    },
  ];
}

/** Each round has a new instance and a different partition, from a fixed seed. */
function chaos(): Step[] {
  const random = new SeededRandom('changing partitions');
  return Array.from({ length: chaosRoundCount }, (_, seq) => {
    const groups: number[][] = [[], [], []];
    for (let peer = 0; peer < peerCount; peer += 1) random.pick(groups).push(peer);
    const filled = groups.filter((group) => group.length > 0);
    const shown = filled.map((group) => `{${group.join(', ')}}`).join(' ');
    return {
      text: {
        en: `All propose in instance ${seq}, over a lossy network partitioned into ${shown}.`,
        zh: `所有节点在实例 ${seq} 提议,网络会丢消息,分区为 ${shown}。`,
      },
      actions: [
        partition(...filled),
        ...proposeAll(peerCount, seq, () => `${random.integer(0, 9)}`),
      ],
      goal: [],
      afterMs: 150,
    };
  });
}

function calmedDown(): Step {
  const seqs = Array.from({ length: chaosRoundCount }, (_, seq) => seq);
  return {
    text: {
      en: 'The network is whole again and loses no messages: every instance is decided, and all agree.',
      zh: '网络恢复完整与平静:每个实例都被决定,所有节点一致。',
    },
    actions: [{ type: 'calm' }, { type: 'heal' }],
    goal: seqs.map((seq) => decided(seq, 'quorum')),
  };
}
