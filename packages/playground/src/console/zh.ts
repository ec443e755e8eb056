import type { ConsoleTexts } from './texts.ts';

const because = (reason: string | undefined) => (reason === undefined ? '' : `：${reason}`);

export const zh: ConsoleTexts = {
  title: 'paxkv 控制台',
  lead: ({ node, cluster, version }) =>
    `集群 ${cluster} 的服务器 ${node}，版本 ${version}，以及它所见的其他服务器。`,
  level: (level) => `集群运行在功能级别 ${level}。`,
  language: '语言',
  waiting: '正在询问服务器的状态。',
  verdict: { heading: '健康状况', good: '正常', warning: '正在服务，但有警告', bad: '有故障' },
  findings: {
    silent: ({ seconds }) =>
      `这台服务器已有 ${seconds} 秒没有应答，下面的内容已经过时。可以试试其他服务器的控制台。`,
    notServing: ({ state, reason }) => `这台服务器${zhStates[state]}${because(reason)}。`,
    noMajority: ({ reached, needed }) =>
      `这台服务器连不上多数派：需要 ${needed} 台，连同自己只有 ${reached} 台。它的读写都在等待。`,
    notReady: ({ detail }) => `服务器尚未就绪：${detail}。`,
    noLeader: () => '没有已知的领导者。各服务器各自提案，要多一次往返。',
    lost: ({ node, reason }) => `与服务器 ${node} 失去连接${because(reason)}。`,
    differs: ({ nodes }) => `这里的状态与服务器 ${nodes.join('、')} 的不同。`,
    catchingUp: ({ catchUp: { tier, from, received, total } }) =>
      `这台服务器正从服务器 ${from} 取${tier === 'log' ? '一段日志' : '整个状态'}：` +
      `已收到 ${received}${total === undefined ? '' : ` / ${total}`} ${tier === 'log' ? '个实例' : '行'}。`,
    slowDisk: ({ ms }) => `磁盘很慢：一次落盘需要 ${Math.round(ms)} 毫秒。`,
    unstable: ({ count }) => `一分钟内领导者换了 ${count} 次。`,
    behind: ({ count }) => `这台服务器还有 ${count} 个日志实例没有应用。`,
    retaining: ({ count }) => `日志保留了 ${count} 个实例，因为失联的服务器可能还需要它们。`,
    busy: ({ pending }) => `有 ${pending} 个请求在等待应答。`,
    serves: ({ leader, reached, nodeCount, spare }) =>
      `服务器 ${leader} 是领导者。${nodeCount} 台中，这台服务器连同自己能连上 ${reached} 台，` +
      (spare > 0 ? `还能再承受 ${spare} 台失效。` : '再失去一台，读写就会停止。'),
  },
  members: {
    heading: '服务器',
    node: '服务器',
    role: '角色',
    connection: '连接',
    roundTrip: '往返时间',
    lacking: '可能缺少',
    console: '控制台',
    leader: '领导者',
    follower: '跟随者',
    here: '本服务器',
    connected: '已连接',
    lost: '失联',
    open: '打开',
    ring: '排成一圈的服务器，以及它们与本服务器的连接',
  },
  states: {
    starting: '正在启动',
    running: '正在运行',
    repairing: '正在修复',
    stopping: '正在停止',
    failed: '已失效',
  },
  figures: { heading: '最近两分钟', perSecond: '每秒', none: '尚未测得' },
  measures: {
    writes: '写入',
    instances: '应用的实例',
    pending: '待答的请求',
    lag: '落后的实例',
    retained: '日志中的实例',
    residentBytes: '内存',
    diskMedianMs: '落盘时间，中位数',
    diskSlowMs: '落盘时间，第 99 百分位',
  },
  elections: {
    heading: '领导者的更替',
    none: '打开本页以来没有更替。',
    last: (leader, time) => `服务器 ${leader} 在 ${time} 赢得最近一次选举。`,
    change: (before, after) =>
      after === undefined
        ? `服务器 ${before} 不再是领导者。`
        : `服务器 ${after} 成为领导者${before === undefined ? '。' : `，此前是服务器 ${before}。`}`,
  },
  keys: {
    heading: '键',
    hint: '每条命令都经由这台服务器到达整个集群。读取是线性一致的。',
    key: '键',
    value: '值',
    get: '读取',
    put: '写入',
    append: '追加',
    increment: '增加',
    by: '增量',
    delete: '删除 …',
    confirm: '删除这个键',
    cancel: '保留',
    recent: '最近的键',
    pending: '正在等待应答 …',
    binary: '这个值不是 UTF-8。开头的字节：',
    revision: '最后写入的修订号',
    created: '创建时的修订号',
    version: '写入次数',
    bytes: '字节',
  },
  listing: {
    prefix: '以此开头的键',
    list: '列出',
    found: '列出的键',
    more: '更多',
    count: (count, hasMore) => (hasMore ? `前 ${count} 个键。` : `共 ${count} 个键。`),
  },
  results: {
    found: () => '已读到。',
    absent: () => '没有这个键。',
    written: ({ revision }) => `已写入，修订号 ${revision}。`,
    counted: ({ revision, value }) => `计数器现为 ${value}，修订号 ${revision}。`,
    deleted: ({ revision, existed }) =>
      existed ? `已删除，修订号 ${revision}。` : '这个键本来就不存在。',
    failed: ({ code, message }) => `${code}：${message}`,
  },
  outcomes: {
    'not done': '命令没有生效。',
    done: '命令已经生效。',
    unknown: '命令可能已经生效。请先读取这个键，再决定是否重发。',
  },
  all: { heading: '服务器报告的全部内容', member: '名称', value: '值' },
};

const zhStates = zh.states;
