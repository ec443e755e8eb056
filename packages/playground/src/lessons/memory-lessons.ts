/** Lessons about what peers know and remember: gaps, forgetting, and lost memory. */
import type { Lesson } from './lesson.ts';
import { alone, doneAll, propose } from './starts.ts';

export const memoryLessons: readonly Lesson[] = [
  {
    id: 'gaps',
    group: 'lesson',
    title: { en: 'Gaps and catching up', zh: '空缺与追赶' },
    settings: alone(3, '5'),
    steps: [
      {
        text: {
          en: 'Peer 2 is down while three instances are decided. The other two are a quorum, so they do not wait for it.',
          zh: '节点 2 停机,期间三个实例被决定。另外两个节点构成多数派,所以不必等它。',
        },
        actions: [
          { type: 'crash', peer: 2 },
          propose(0, 0, 'a'),
          propose(0, 1, 'b'),
          propose(1, 2, 'c'),
        ],
        goal: [
          { type: 'decided', seq: 0, count: 2 },
          { type: 'decided', seq: 1, count: 2 },
          { type: 'decided', seq: 2, count: 2 },
        ],
      },
      {
        text: {
          en: 'The hosts of peers 0 and 1 are done with these instances, and every message says so. Peer 2 returns and learns how far the others are.',
          zh: '节点 0 和 1 的宿主已用完这些实例,每条消息都会带上这一点。节点 2 回来后得知其他节点到了哪里。',
        },
        actions: [
          { type: 'done', peer: 0, seq: 2 },
          { type: 'done', peer: 1, seq: 2 },
          { type: 'restart', peer: 2 },
          propose(0, 3, 'd'),
        ],
        goal: [{ type: 'seen', kind: 'learn' }],
      },
      {
        text: {
          en: 'It asks with learn for a run of instances at a time, until it lacks none.',
          zh: '它用 learn 每次请求一串连续的实例,直到不再缺失。',
        },
        actions: [],
        goal: [
          { type: 'decided', seq: 0, count: 3 },
          { type: 'decided', seq: 1, count: 3 },
          { type: 'decided', seq: 2, count: 3 },
          { type: 'decided', seq: 3, count: 3 },
        ],
      },
    ],
  },
  {
    id: 'forgetting',
    group: 'lesson',
    title: { en: 'Forgetting', zh: '遗忘' },
    settings: alone(3, '6'),
    steps: [
      {
        text: {
          en: 'Two instances are decided, and all peers remember them.',
          zh: '两个实例被决定,所有节点都记得它们。',
        },
        actions: [propose(0, 0, 'a'), propose(1, 1, 'b')],
        goal: [
          { type: 'decided', seq: 0, count: 3 },
          { type: 'decided', seq: 1, count: 3 },
        ],
      },
      {
        text: {
          en: 'Only two hosts are done with instance 0. No peer forgets it, since peer 2 might still ask.',
          zh: '只有两个宿主用完了实例 0。没有人遗忘:节点 2 可能还会来问。',
        },
        actions: [
          { type: 'done', peer: 0, seq: 0 },
          { type: 'done', peer: 1, seq: 0 },
          propose(0, 2, 'c'),
        ],
        goal: [
          { type: 'decided', seq: 2, count: 3 },
          { type: 'decided', seq: 0, count: 3 },
        ],
      },
      {
        text: {
          en: 'Now all are done with instances 0 and 1. The messages of instance 3 carry this. Then promises, votes and decisions below 2 are dropped everywhere.',
          zh: '现在所有宿主都用完了实例 0 和 1。这一点随实例 3 的消息传播;之后 2 以下的承诺、投票和决定在各处都被丢弃。',
        },
        actions: [...doneAll(3, 1), propose(0, 3, 'd'), propose(1, 4, 'e'), propose(2, 5, 'f')],
        goal: [{ type: 'forgotten', below: 2 }],
      },
    ],
  },
  {
    id: 'lost-memory',
    group: 'lesson',
    title: { en: 'Lost memory and rejoining', zh: '失忆与重新加入' },
    settings: alone(3, '7'),
    steps: [
      {
        text: {
          en: 'Instance 0 is decided.',
          zh: '实例 0 被决定。',
        },
        actions: [propose(0, 0, 'kept')],
        goal: [{ type: 'decided', seq: 0, count: 3 }],
      },
      {
        text: {
          en: 'The disk of peer 2 is lost. It may have made promises and cast votes that it no longer knows of. If it voted again it could undo a decision. So it takes no part, begins a new incarnation, and asks the others to admit it.',
          zh: '节点 2 的磁盘丢失。它可能承诺过、投过票,却不记得:如果再投一次,就可能推翻决定。所以它不参与,开始新的化身(incarnation),请求其他节点接纳。',
        },
        actions: [
          { type: 'wipe', peer: 2 },
          { type: 'restart', peer: 2 },
        ],
        goal: [{ type: 'seen', kind: 'admit' }],
      },
      {
        text: {
          en: 'A quorum of other peers has recorded the new incarnation. Peer 2 takes part again, but only above every instance that they knew of: its voting floor.',
          zh: '其他节点中的多数派记录了新的化身。节点 2 重新参与,但只在他们所知的所有实例之上:即它的投票下限。',
        },
        actions: [],
        goal: [{ type: 'member', peer: 2, isMember: true }],
      },
      {
        text: {
          en: 'It votes in instance 1, and learns instance 0 from the others.',
          zh: '它在实例 1 投票,并从其他节点学到实例 0。',
        },
        actions: [propose(2, 1, 'new'), propose(2, 0, 'wrong')],
        goal: [
          { type: 'decided', seq: 1, count: 3 },
          { type: 'decided', seq: 0, count: 3, value: 'kept' },
        ],
      },
    ],
  },
];
