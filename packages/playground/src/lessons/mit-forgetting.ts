/** MIT's lab tests about forgetting, as scenarios: P6 to P9. */
import type { Lesson } from './lesson.ts';
import { alone, doneAll, propose, proposeAll } from './starts.ts';

const first20 = Array.from({ length: 20 }, (_, seq) => seq);
const first11 = first20.slice(0, 11);

export const mitForgetting: readonly Lesson[] = [
  {
    id: 'mit-forgetting',
    group: 'mit',
    title: { en: 'Forgetting', zh: '遗忘' },
    settings: alone(6),
    steps: [
      {
        text: {
          en: 'Six peers decide instances 0, 1, 2, 6 and 7. No host is done, so min stays 0.',
          zh: '六个节点决定实例 0、1、2、6、7。没有人用完,所以 min 仍是 0。',
        },
        actions: [
          propose(0, 0, '00'),
          propose(1, 1, '11'),
          propose(2, 2, '22'),
          propose(0, 6, '66'),
          propose(1, 7, '77'),
        ],
        goal: [0, 1, 2, 6, 7].map((seq) => ({ type: 'decided', seq, count: 6 })),
      },
      {
        text: {
          en: 'All are done with 0, and all but peer 0 with 1. The messages of more instances carry this: min becomes 1 everywhere.',
          zh: '所有节点用完 0,除节点 0 外都用完 1。更多实例把消息带到各处:min 处处变为 1。',
        },
        actions: [
          ...doneAll(6, 0),
          ...doneAll(6, 1).slice(1),
          ...[0, 1, 2, 3, 4, 5].map((peer) => propose(peer, 8 + peer, 'xx')),
        ],
        goal: [{ type: 'forgotten', below: 1 }],
      },
    ],
  },
  {
    id: 'mit-lots-of-forgetting',
    group: 'mit',
    title: { en: 'Lots of forgetting', zh: '大量遗忘' },
    settings: { ...alone(3), network: 'lossy' },
    steps: [
      {
        text: {
          en: 'Twenty instances are decided over a network that loses messages.',
          zh: '在会丢消息的网络上决定二十个实例。',
        },
        actions: first20.map((seq) => propose(seq % 3, seq, `v${seq}`)),
        goal: first20.map((seq) => ({ type: 'decided', seq, count: 'quorum' })),
      },
      {
        text: {
          en: 'The hosts are done with more and more of them while messages are still lost.',
          zh: '宿主逐步用完这些实例,同时消息仍在丢失。',
        },
        actions: [3, 6, 9].flatMap((seq) => [
          ...doneAll(3, seq),
          ...proposeAll(3, 20 + seq, () => 'xx'),
        ]),
        goal: [{ type: 'forgotten', below: 10 }],
      },
      {
        text: {
          en: 'The network loses no more messages. Instances that no host was done with are still known.',
          zh: '网络恢复平静。没有人用完的实例仍为人所知。',
        },
        actions: [{ type: 'calm' }, ...first20.slice(10).map((seq) => propose(seq % 3, seq, 'no'))],
        goal: first20.slice(10).map((seq) => ({ type: 'decided', seq, count: 'quorum' })),
        afterMs: 2000,
      },
    ],
  },
  {
    id: 'mit-frees-memory',
    group: 'mit',
    title: { en: 'Forgotten instances are freed', zh: '遗忘的实例被释放' },
    settings: alone(3),
    steps: [
      {
        text: { en: 'Eleven instances are decided.', zh: '决定十一个实例。' },
        actions: first11.map((seq) => propose(0, seq, `value ${seq}`)),
        goal: first11.map((seq) => ({ type: 'decided', seq, count: 3 })),
      },
      {
        text: {
          en: 'All hosts are done with them. Each peer proposes one more instance, and its messages carry this.',
          zh: '所有节点都用完了它们;每个节点借自己的一个实例说明。',
        },
        actions: [...doneAll(3, 10), ...[0, 1, 2].map((peer) => propose(peer, 11 + peer, 'z'))],
        goal: [{ type: 'forgotten', below: 11 }],
      },
      {
        text: {
          en: 'Starting a forgotten instance again restores nothing and decides nothing.',
          zh: '重新开始一个被遗忘的实例,不会找回任何东西,也不会决定任何东西。',
        },
        actions: [0, 1, 2].flatMap((seq) => proposeAll(3, seq, () => 'again')),
        goal: [0, 1, 2].map((seq) => ({ type: 'gone', seq })),
        afterMs: 1000,
      },
    ],
  },
  {
    id: 'mit-max-after-done',
    group: 'mit',
    title: { en: 'Max after dones', zh: '用完之后的 max' },
    settings: alone(3),
    steps: [
      {
        text: { en: 'Eleven instances are decided.', zh: '决定十一个实例。' },
        actions: first11.map((seq) => propose(0, seq, 'x')),
        goal: first11.map((seq) => ({ type: 'decided', seq, count: 3 })),
      },
      {
        text: {
          en: 'All are done with them, and max is still 10.',
          zh: '所有节点都用完了它们,max 仍是 10。',
        },
        actions: [...doneAll(3, 10), ...proposeAll(3, 10, () => 'z')],
        goal: [{ type: 'max', seq: 10 }],
        afterMs: 2000,
      },
      {
        text: {
          en: 'Hosts are done with instances that were never started. An instance that is forgotten at once still counts for max.',
          zh: '宿主用完了从未开始的实例。一听到就被遗忘的实例仍计入 max。',
        },
        actions: [...doneAll(3, 20), propose(0, 11, 'y')],
        goal: [{ type: 'max', seq: 11 }],
        afterMs: 1000,
      },
    ],
  },
];
