/** Lessons about one instance: who proposes, who votes, and which value wins. */
import type { Lesson } from './lesson.ts';
import { alone, propose } from './starts.ts';

export const agreementLessons: readonly Lesson[] = [
  {
    id: 'single-decree',
    group: 'lesson',
    title: { en: 'One value', zh: '一个值' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'Peer 0 wants instance 0 decided as “hello”. Its proposer takes a new ballot and sends prepare to the others: promise to ignore lower ballots.',
          zh: '节点 0 希望实例 0 决定为 “hello”。它的提议者取一个自己的选票编号(ballot),向其他节点发送 prepare:请承诺忽略更低的编号。',
        },
        actions: [propose(0, 0, 'hello')],
        goal: [{ type: 'seen', kind: 'prepare' }],
      },
      {
        text: {
          en: 'An acceptor writes its promise to disk, and only then answers promised. With promises of a quorum the proposer may ask for votes: accept.',
          zh: '接受者先把承诺写入磁盘,然后才回答 promised。得到多数派的承诺后,提议者就可以请求投票:accept。',
        },
        actions: [],
        goal: [{ type: 'seen', kind: 'accept' }],
      },
      {
        text: {
          en: 'A vote, too, is durable before any other peer learns of it. When a quorum has voted at one ballot, the value is decided for ever. The proposer notifies the others.',
          zh: '投票同样要先落盘,别人才能得知。当多数派在同一编号投票后,这个值就永远被决定了;提议者通知其他节点。',
        },
        actions: [],
        goal: [{ type: 'decided', seq: 0, count: 'all', value: 'hello' }],
      },
    ],
  },
  {
    id: 'duelling-proposers',
    group: 'lesson',
    title: { en: 'Duelling proposers', zh: '提议者之争' },
    settings: alone(3, '4'),
    steps: [
      {
        text: {
          en: 'Peers 0 and 2 propose different values at once. An acceptor that has promised the higher ballot refuses the lower one, and names its promise.',
          zh: '节点 0 和 2 同时提议不同的值。接受者一旦听到更高的编号,就拒绝更低的那个,并说明是哪个承诺挡住了它。',
        },
        actions: [propose(0, 0, 'red'), propose(2, 0, 'blue')],
        goal: [{ type: 'seen', kind: 'rejected' }],
      },
      {
        text: {
          en: 'The refused proposer waits for a random time and tries again with a higher ballot. Random waits end the duel: one of the two values is decided, and both peers learn the same one.',
          zh: '被拒绝的提议者随机等待一段时间,再用更高的编号重试。随机等待使争斗结束:两个值中的一个被决定,两个节点得知的是同一个。',
        },
        actions: [],
        goal: [{ type: 'decided', seq: 0, count: 'all' }],
      },
    ],
  },
  {
    id: 'highest-vote-wins',
    group: 'lesson',
    title: { en: 'The highest vote wins', zh: '最高的投票胜出' },
    settings: alone(3),
    steps: [
      {
        text: {
          en: 'The link from peer 0 to peer 2 is cut. Peer 0 proposes “red”: it can win with the vote of peer 1 alone.',
          zh: '从节点 0 到节点 2 的链路被切断。节点 0 提议 “red”:只要节点 1 投票,它就能赢。',
        },
        actions: [{ type: 'cut', from: 0, to: 2 }, propose(0, 0, 'red')],
        goal: [{ type: 'voted', peer: 1, seq: 0, value: 'red' }],
      },
      {
        text: {
          en: 'Peer 0 crashes before it notifies the others. No peer that is up knows whether “red” was decided.',
          zh: '节点 0 在通知任何人之前崩溃。仍在运行的节点都不知道 “red” 是否已被决定。',
        },
        actions: [{ type: 'crash', peer: 0 }],
        goal: [{ type: 'state', peer: 0, state: 'down' }],
      },
      {
        text: {
          en: 'Peer 2 proposes “blue”. Peer 1 reports its vote with its promise, so peer 2 must propose “red”. A value that may have been decided is never lost.',
          zh: '节点 2 提议 “blue”。节点 1 在承诺中说明它投过的票,因此节点 2 必须提议 “red”:可能已被决定的值绝不会丢失。',
        },
        actions: [propose(2, 0, 'blue')],
        goal: [{ type: 'decided', seq: 0, count: 'all', value: 'red' }],
      },
    ],
  },
];
