import type { ConsoleTexts } from './texts.ts';

const because = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`);
const counted = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;

export const en: ConsoleTexts = {
  title: 'paxkv console',
  lead: ({ node, cluster, version }) =>
    `Server ${node} of cluster ${cluster}, version ${version}, and what it sees of the others.`,
  level: (level) => `The cluster runs at feature level ${level}.`,
  language: 'Language',
  waiting: 'Asking the server for its status.',
  verdict: {
    heading: 'Health',
    good: 'Healthy',
    warning: 'Serving, with a warning',
    bad: 'Something is wrong',
  },
  findings: {
    silent: ({ seconds }) =>
      `This server has not answered for ${counted(seconds, 'second')}. What is below is older. ` +
      'The consoles of the other servers may answer.',
    notServing: ({ state, reason }) => `This server is ${state}${because(reason)}.`,
    noMajority: ({ reached, needed }) =>
      `This server reaches no majority: ${reached} of ${needed} that it needs, itself included. ` +
      'Its reads and writes wait.',
    notReady: ({ detail }) => `The server is not ready: ${detail}.`,
    noLeader: () =>
      'No leader is known. Each server decides alone, which costs another round trip.',
    lost: ({ node, reason }) => `Server ${node} is lost${because(reason)}.`,
    differs: ({ nodes }) => `The state here differs from that of server ${nodes.join(', ')}.`,
    catchingUp: ({ catchUp: { tier, from, received, total } }) =>
      `This server takes ${tier === 'log' ? 'a part of the log' : 'a whole state'} from server ${from}: ` +
      `${received}${total === undefined ? '' : ` of ${total}`} ${tier === 'log' ? 'instances' : 'rows'} so far.`,
    slowDisk: ({ ms }) => `The disk is slow: a flush takes ${Math.round(ms)} ms.`,
    unstable: ({ count }) => `The leader changed ${count} times within a minute.`,
    behind: ({ count }) => `This server has ${counted(count, 'instance')} of the log to apply.`,
    retaining: ({ count }) =>
      `The log retains ${counted(count, 'instance')}, since a lost server may still need them.`,
    busy: ({ pending }) => `${counted(pending, 'request')} wait for an answer.`,
    serves: ({ leader, reached, nodeCount, spare }) =>
      `Server ${leader} leads. This server reaches ${reached} of ${nodeCount}, itself included` +
      (spare > 0
        ? `, and the cluster bears the loss of ${spare} more.`
        : '. The loss of one more would stop reads and writes.'),
  },
  members: {
    heading: 'Servers',
    node: 'server',
    role: 'role',
    connection: 'connection',
    roundTrip: 'round trip',
    lacking: 'may lack',
    console: 'console',
    leader: 'leader',
    follower: 'follower',
    here: 'this server',
    connected: 'connected',
    lost: 'lost',
    open: 'open',
    ring: 'Servers in a ring, with their connections to this one',
  },
  states: {
    starting: 'starting',
    running: 'running',
    repairing: 'repairing',
    stopping: 'stopping',
    failed: 'failed',
  },
  figures: { heading: 'The last two minutes', perSecond: 'a second', none: 'not measured yet' },
  measures: {
    writes: 'Writes',
    instances: 'Instances applied',
    pending: 'Requests pending',
    lag: 'Instances behind',
    retained: 'Instances in the log',
    residentBytes: 'Memory',
    diskMedianMs: 'Flush of the disk, median',
    diskSlowMs: 'Flush of the disk, 99th percentile',
  },
  elections: {
    heading: 'Changes of the leader',
    none: 'None since this page was opened.',
    last: (leader, time) => `Server ${leader} won the last election, at ${time}.`,
    change: (before, after) =>
      after === undefined
        ? `Server ${before} no longer leads.`
        : `Server ${after} leads${before === undefined ? '.' : `, after server ${before}.`}`,
  },
  keys: {
    heading: 'Keys',
    hint: 'Each command goes through this server to the whole cluster. A get is linearizable.',
    key: 'Key',
    value: 'Value',
    get: 'Get',
    put: 'Put',
    append: 'Append',
    increment: 'Increment',
    by: 'by',
    delete: 'Delete …',
    confirm: 'Delete this key',
    cancel: 'Keep it',
    recent: 'Recent keys',
    pending: 'Waiting for the answer …',
    binary: 'The value is not UTF-8. Its first bytes:',
    revision: 'last written at revision',
    created: 'created at revision',
    version: 'writes',
    bytes: 'bytes',
  },
  listing: {
    prefix: 'Keys that begin with',
    list: 'List',
    found: 'Listed keys',
    more: 'More',
    count: (count, hasMore) =>
      hasMore ? `The first ${counted(count, 'key')}.` : `${counted(count, 'key')}.`,
  },
  results: {
    found: () => 'Found.',
    absent: () => 'The key is absent.',
    written: ({ revision }) => `Written at revision ${revision}.`,
    counted: ({ revision, value }) => `The counter is ${value}, at revision ${revision}.`,
    deleted: ({ revision, existed }) =>
      existed ? `Deleted at revision ${revision}.` : 'The key was absent already.',
    failed: ({ code, message }) => `${code}: ${message}`,
  },
  outcomes: {
    'not done': 'It did not take effect.',
    done: 'It took effect.',
    unknown: 'It may have taken effect. Get the key before you send it again.',
  },
  all: { heading: 'All that the server reports', member: 'member', value: 'value' },
};
