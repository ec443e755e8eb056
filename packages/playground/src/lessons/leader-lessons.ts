/** Lessons about the leader: one promise for the whole log, fail-over, and reads. */
import type { Lesson } from './lesson.ts';
import { led, propose } from './starts.ts';

export const leaderLessons: readonly Lesson[] = [
  {
    id: 'leader',
    group: 'lesson',
    title: { en: 'A leader and the log promise', zh: '领导者与日志承诺' },
    settings: led(3),
    steps: [
      {
        text: {
          en: 'A candidate first asks whether other peers see a leader: preVote is not binding. Then prepareLog asks for one promise that covers every instance.',
          zh: '候选者先问是否有人听到领导者:preVote 不约束任何人。然后用 prepareLog 请求一个覆盖所有实例的承诺。',
        },
        actions: [],
        goal: [{ type: 'seen', kind: 'prepareLog' }],
      },
      {
        text: {
          en: 'A quorum has promised, so this peer leads. It sends heartbeats while it has nothing else to send.',
          zh: '多数派已承诺:该节点成为领导者,在没有别的话要说时用 heartbeat 表明自己在。',
        },
        actions: [],
        goal: [{ type: 'led' }, { type: 'seen', kind: 'heartbeat' }],
      },
      {
        text: {
          en: 'A client sends a put to each peer. The proposals of the leader skip the first phase: one round of accept and accepted decides them.',
          zh: '客户端通过每个节点写入。领导者的提议跳过第一阶段:一轮 accept 和 accepted 就能决定。',
        },
        actions: [
          { type: 'put', peer: 0, key: 'x', value: '1' },
          { type: 'put', peer: 1, key: 'y', value: '2' },
          { type: 'put', peer: 2, key: 'z', value: '3' },
        ],
        goal: [{ type: 'answered', count: 3 }],
      },
    ],
  },
  {
    id: 'fail-over',
    group: 'lesson',
    title: { en: 'Fail-over', zh: '故障切换' },
    settings: led(3, '2'),
    steps: [
      {
        text: {
          en: 'Wait until peer 0 leads.',
          zh: '等待节点 0 成为领导者。',
        },
        actions: [],
        goal: [{ type: 'led', peer: 0 }],
      },
      {
        text: {
          en: 'Peer 0 crashes. The others notice that the connection ended, and the next peer in order asks for the log promise with a higher ballot.',
          zh: '节点 0 崩溃。其他节点发现连接断开,顺序上的下一个节点用更高的编号请求日志承诺。',
        },
        actions: [{ type: 'crash', peer: 0 }],
        goal: [{ type: 'state', peer: 0, state: 'down' }, { type: 'led' }],
        afterMs: 50,
      },
      {
        text: {
          en: 'The new leader decides at once. The crashed peer comes back, learns the leader, and catches up.',
          zh: '新领导者立即可以做决定。崩溃的节点恢复后得知谁是领导者,并补上缺失的内容。',
        },
        actions: [propose(1, 0, 'after'), { type: 'restart', peer: 0 }],
        goal: [{ type: 'decided', seq: 0, count: 3, value: 'after' }],
      },
    ],
  },
  {
    id: 'quorum-reads',
    group: 'lesson',
    title: { en: 'Quorum reads', zh: '多数派读取' },
    settings: led(3, '3'),
    steps: [
      {
        text: {
          en: 'There is a leader, and a client puts x = 1.',
          zh: '领导者已就位,客户端写入 x = 1。',
        },
        actions: [{ type: 'put', peer: 0, key: 'x', value: '1' }],
        goal: [{ type: 'answered', count: 1 }],
      },
      {
        text: {
          en: 'A get writes nothing. Peer 2 asks a quorum how far it voted (readIndex), applies its log up to there, and answers from its own state.',
          zh: '读取不写任何东西。节点 2 询问多数派投票到了哪里(readIndex),把自己的日志应用到那里,再用自己的状态回答。',
        },
        actions: [{ type: 'get', peer: 2, key: 'x' }],
        goal: [{ type: 'answered', count: 2, result: '1' }],
      },
      {
        text: {
          en: 'Peer 2 is cut off while x becomes 2. Its get has no answer: without a quorum it cannot know whether its state is old, so it does not risk a wrong answer.',
          zh: '节点 2 被隔离,同时 x 变为 2。它的读取得不到回答:没有多数派,它无法知道自己的状态是否过时,所以宁可不说,也不说错。',
        },
        actions: [
          { type: 'partition', groups: [[0, 1], [2]] },
          { type: 'put', peer: 0, key: 'x', value: '2' },
          { type: 'get', peer: 2, key: 'x' },
        ],
        goal: [{ type: 'answered', count: 3 }],
        afterMs: 300,
      },
      {
        text: {
          en: 'The partition heals, and the get is answered with 2. The history lamp stays green: each get saw the puts before it.',
          zh: '分区愈合,读取得到 2。历史灯保持绿色:每次读取都看到了在它之前写入的值。',
        },
        actions: [{ type: 'heal' }],
        goal: [{ type: 'answered', count: 4, result: '2' }],
      },
    ],
  },
];
