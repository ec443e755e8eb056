/** MIT's lab tests about agreement, as scenarios: P1 to P5, P10 to P13. */
import type { Words } from '../text/words.ts';
import type { Condition } from './condition.ts';
import type { Lesson, Step } from './lesson.ts';
import { alone, propose, proposeAll } from './starts.ts';

export const mitAgreement: readonly Lesson[] = [
  {
    id: 'mit-single-proposer',
    group: 'mit',
    title: { en: 'Single proposer', zh: '单个提议者' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'One peer proposes, and all decide its value.',
          zh: '一个节点提议,所有节点决定它的值。',
        },
        actions: [propose(0, 0, 'hello')],
        goal: [decidedBy(0, 3, 'hello')],
      },
    ],
  },
  {
    id: 'mit-many-same',
    group: 'mit',
    title: { en: 'Many proposers, same value', zh: '多个提议者,相同的值' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'All peers propose the same value at once.',
          zh: '所有节点同时提议相同的值。',
        },
        actions: proposeAll(3, 0, () => '77'),
        goal: [decidedBy(0, 3, '77')],
      },
    ],
  },
  {
    id: 'mit-many-different',
    group: 'mit',
    title: { en: 'Many proposers, different values', zh: '多个提议者,不同的值' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'All peers propose different values at once, and all decide the same one.',
          zh: '所有节点同时提议不同的值,最终决定同一个。',
        },
        actions: proposeAll(3, 0, (peer) => `${100 + peer}`),
        goal: [decidedBy(0, 3)],
      },
    ],
  },
  {
    id: 'mit-out-of-order',
    group: 'mit',
    title: { en: 'Out-of-order instances', zh: '乱序的实例' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'Instances 7, 6 and 5 are started before the lower ones.',
          zh: '实例 7、6、5 先于更低的实例开始。',
        },
        actions: [propose(0, 7, '700'), propose(0, 6, '600'), propose(1, 5, '500')],
        goal: [decidedBy(7, 3)],
      },
      {
        text: {
          en: 'Instances 4 and 3 follow. Each is decided independently; max stays 7.',
          zh: '随后是实例 4 和 3。每个实例各自决定;max 仍是 7。',
        },
        actions: [propose(0, 4, '400'), propose(1, 3, '300')],
        goal: [...[3, 4, 5, 6].map((seq) => decidedBy(seq, 3)), { type: 'max', seq: 7 }],
      },
    ],
  },
  {
    id: 'mit-deaf',
    group: 'mit',
    title: { en: 'Deaf proposer', zh: '失聪的提议者' },
    settings: alone(5),
    steps: [
      {
        text: { en: 'All decide instance 0.', zh: '所有节点决定实例 0。' },
        actions: [propose(0, 0, 'hello')],
        goal: [decidedBy(0, 5)],
      },
      {
        text: {
          en: 'Peers 0 and 4 go deaf: no request reaches them. The other three decide instance 1 without them.',
          zh: '节点 0 和 4 失聪:没有请求能到达它们。另外三个节点自行决定实例 1。',
        },
        actions: [
          { type: 'deafen', peer: 0 },
          { type: 'deafen', peer: 4 },
          propose(1, 1, 'goodbye'),
        ],
        goal: [decidedBy(1, 3, 'goodbye'), { type: 'decidedAtMost', seq: 1, count: 3 }],
        afterMs: 1000,
      },
      {
        text: {
          en: 'Peer 0 proposes, and learns from the answers. Peer 4 has not proposed, and does not know the decision.',
          zh: '节点 0 提议,并从回答中得知。节点 4 没有问,所以不知道。',
        },
        actions: [propose(0, 1, 'another')],
        goal: [decidedBy(1, 4, 'goodbye'), { type: 'decidedAtMost', seq: 1, count: 4 }],
        afterMs: 1000,
      },
      {
        text: { en: 'Peer 4 proposes as well, and learns it.', zh: '节点 4 也来问。' },
        actions: [propose(4, 1, 'a third')],
        goal: [decidedBy(1, 5, 'goodbye')],
      },
    ],
  },
];

export const mitCounts: readonly Lesson[] = [
  {
    id: 'mit-rpc-count',
    group: 'mit',
    title: { en: 'Request counts are not too high', zh: '请求数不太多' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'Five instances, one proposer: prepare, accept and decided to two others each, 30 requests in all.',
          zh: '五个实例,一个提议者:每个实例向另外两个节点发 prepare、accept 和 decided,共 30 个请求。',
        },
        actions: [0, 1, 2, 3, 4].map((seq) => propose(0, seq, 'x')),
        goal: [...[0, 1, 2, 3, 4].map((seq) => decidedBy(seq, 3)), requestsAtMost(30)],
        afterMs: 2000,
      },
      {
        text: {
          en: 'Five more with three proposers each: the lab allows 45 requests for an instance.',
          zh: '再来五个,每个有三个提议者:实验允许每个实例 45 个请求。',
        },
        actions: [5, 6, 7, 8, 9].flatMap((seq) =>
          proposeAll(3, seq, (peer) => `${10 * seq + peer}`),
        ),
        goal: [...[5, 6, 7, 8, 9].map((seq) => decidedBy(seq, 3)), requestsAtMost(30 + 5 * 45)],
        afterMs: 2000,
      },
    ],
  },
  {
    id: 'mit-many-instances',
    group: 'mit',
    title: { en: 'Many instances', zh: '许多实例' },
    settings: alone(3),
    steps: [0, 10, 20, 30, 40].map((first) => manyInstances(first, 10)),
  },
  {
    id: 'mit-minority',
    group: 'mit',
    title: { en: 'Minority proposal ignored', zh: '少数派的提议被忽略' },
    settings: alone(5),
    steps: [
      {
        text: {
          en: 'Peers 0 and 4 are down. The others decide instance 1.',
          zh: '节点 0 和 4 不在。其他节点决定实例 1。',
        },
        actions: [{ type: 'crash', peer: 0 }, { type: 'crash', peer: 4 }, propose(1, 1, '111')],
        goal: [decidedBy(1, 3, '111')],
      },
      {
        text: { en: 'Peer 0 restarts.', zh: '节点 0 迟到。' },
        actions: [{ type: 'restart', peer: 0 }],
        goal: [{ type: 'state', peer: 0, state: 'up' }],
      },
      {
        text: {
          en: 'It proposes 222 for the instance, and learns 111.',
          zh: '它为该实例提议 222,却得知 111。',
        },
        actions: [propose(0, 1, '222')],
        goal: [decidedBy(1, 4, '111')],
      },
    ],
  },
  {
    id: 'mit-many-unreliable',
    group: 'mit',
    title: { en: 'Many instances, unreliable network', zh: '许多实例,不可靠的网络' },
    settings: { ...alone(3), network: 'lossy' },
    steps: [0, 10, 20, 30, 40].map((first) => manyInstances(first, 10)),
  },
];

function decidedBy(seq: number, count: number, value?: string): Condition {
  return { type: 'decided', seq, count, ...(value !== undefined && { value }) };
}

function requestsAtMost(count: number): Condition {
  return { type: 'requestsAtMost', count };
}

function manyInstances(first: number, count: number): Step {
  const seqs = Array.from({ length: count }, (_, index) => first + index);
  const range = `${first}–${first + count - 1}`;
  const text: Words = {
    en: `All peers propose different values in instances ${range} at once.`,
    zh: `所有节点同时在实例 ${range} 提议不同的值。`,
  };
  return {
    text,
    actions: seqs.flatMap((seq) => proposeAll(3, seq, (peer) => `${10 * seq + peer}`)),
    goal: seqs.map((seq) => decidedBy(seq, 3)),
  };
}
