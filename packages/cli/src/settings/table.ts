/**
 * The settings of `paxkv serve` and `paxkv cluster`. To add one, add its entry here: the flag, the variable, the
 * key in a file, the help and docs/configuration.md follow from it.
 */
import { duration, list, oneOf, size, text, wholeNumber, yesOrNo } from './kinds.ts';
import type { Setting, SettingTable } from './setting.ts';

const nodeMax = 999;
const nodeCountMax = 9;
const portMax = 65_535;
/** How far the port for other nodes is above the one for clients. */
export const peerPortOffset = 1000;
const levelMax = 9999;
/** The largest limit that a server accepts. */
const limitMax = 2 ** 31 - 1;
const timeMsMax = 2 ** 31 - 1;
const diskMax = 2 ** 50;

/** Settings of each node of a cluster, whichever command starts it. `cluster` hands them on to all its nodes. */
export const sharedSettings = {
  logBudget: {
    kind: size(1, limitMax),
    help: 'memory for what nodes that are away still lack',
    placeholder: 'size',
    defaultText: '128MiB, at most 1/12 of the memory',
    server: 'limits.logBytesMax',
  },
  memoryBudget: {
    kind: size(1, limitMax),
    help: 'memory for requests and replies that wait for clients',
    placeholder: 'size',
    defaultText: '512MiB, at most 1/8 of the memory',
    server: 'limits.memoryBudgetBytes',
  },
  logWindow: {
    kind: size(1, diskMax),
    help: 'disk for what nodes that are away for longer lack',
    placeholder: 'size',
    defaultText: '1GiB',
    server: 'limits.logWindowBytesMax',
  },
  history: {
    kind: size(1, limitMax),
    help: 'latest changes, in memory and on disk, for watches and reads of earlier revisions',
    placeholder: 'size',
    defaultText: '32MiB, at most 1/64 of the memory',
    server: 'limits.recentChangesBytesMax',
  },
  console: {
    kind: yesOrNo,
    help: 'offer a page to browsers at /',
    placeholder: 'yes|no',
    default: true,
    server: 'console',
  },
} as const satisfies SettingTable;

/** Settings of what clients meet. */
const clientSecuritySettings = {
  auth: {
    kind: yesOrNo,
    help: 'refuse requests without a token or certificate of a user, even before paxkv auth enable',
    placeholder: 'yes|no',
    default: false,
    server: 'auth',
  },
  rootTokenFile: {
    kind: text('path'),
    help: 'file with a token of this node that proves the user root; for the first token of a user, and for recovery',
    placeholder: 'file',
    defaultText: 'none',
    contentOf: { server: 'rootToken', isPrivate: true },
  },
  tlsKeyFile: {
    kind: text('path'),
    help: 'private key of this node for HTTPS, in PEM',
    placeholder: 'file',
    defaultText: 'none: plain HTTP',
    contentOf: { server: 'tls.key', isPrivate: true },
  },
  tlsCertFile: {
    kind: text('path'),
    help: 'certificate of this node for HTTPS, in PEM',
    placeholder: 'file',
    defaultText: 'none: plain HTTP',
    contentOf: { server: 'tls.cert' },
  },
  tlsClientCaFile: {
    kind: text('path'),
    help: 'certificate of the authority that signs those of users, in PEM',
    placeholder: 'file',
    defaultText: 'none: users have tokens only',
    contentOf: { server: 'tls.clientCa' },
  },
} as const satisfies SettingTable;

/** Settings of the connections between nodes. */
const peerSettings = {
  peerAddresses: {
    kind: list('host:port of each node, separated by commas'),
    help: 'where every node listens for the others, in order of id; the same on every node',
    placeholder: 'addresses',
    defaultText: 'the peers, each at a port 1,000 higher',
    server: 'peerAddresses',
  },
  peerHost: {
    kind: text('name or address'),
    help: 'host to listen on for other nodes',
    placeholder: 'host',
    defaultText: 'that of --host',
    server: 'peerListenHost',
  },
  clusterSecretFile: {
    kind: text('path'),
    help: 'file with the secret by which nodes prove themselves to each other; the same on every node',
    placeholder: 'file',
    defaultText: 'none, which more than one node need',
    contentOf: { server: 'clusterSecret', isPrivate: true },
  },
  peerKeyFile: {
    kind: text('path'),
    help: 'private key of this node for TLS between nodes, in PEM',
    placeholder: 'file',
    defaultText: 'none: no TLS',
    contentOf: { server: 'peerTls.key', isPrivate: true },
  },
  peerCertFile: {
    kind: text('path'),
    help: 'certificate of this node, which names it as a member, in PEM',
    placeholder: 'file',
    defaultText: 'none: no TLS',
    contentOf: { server: 'peerTls.cert' },
  },
  peerCaFile: {
    kind: text('path'),
    help: 'certificate of the authority that signs those of all nodes, in PEM',
    placeholder: 'file',
    defaultText: 'none: no TLS',
    contentOf: { server: 'peerTls.ca' },
  },
  unprovenPeers: {
    kind: yesOrNo,
    help: 'count nodes of earlier versions, which prove nothing, until the feature level rises',
    placeholder: 'yes|no',
    default: false,
    server: 'unprovenPeers',
  },
} as const satisfies SettingTable;

/** Settings of one node. */
export const serveSettings = {
  node: {
    kind: wholeNumber(0, nodeMax),
    help: 'which of the peers this node is, from 0',
    placeholder: 'id',
    short: 'n',
    isRequired: true,
    server: 'nodeId',
  },
  peers: {
    kind: list('host:port of each node, separated by commas'),
    help: 'every node in order of id; the same on every node',
    placeholder: 'addresses',
    short: 'p',
    isRequired: true,
    server: 'addresses',
  },
  data: {
    kind: text('path'),
    help: 'where this node keeps its data',
    placeholder: 'directory',
    short: 'd',
    isRequired: true,
    server: 'dataDirectory',
  },
  cluster: {
    kind: text('1 to 64 letters, digits, _, . or -'),
    help: 'name of the cluster; nodes with another name are refused',
    placeholder: 'name',
    short: 'c',
    default: 'paxkv',
    server: 'clusterId',
  },
  host: {
    kind: text('name or address'),
    help: 'host to listen on',
    placeholder: 'host',
    defaultText: "the node's own among the peers",
    server: 'listenHost',
  },
  port: {
    kind: wholeNumber(0, portMax),
    help: 'port to listen on; the system chooses for 0',
    placeholder: 'port',
    defaultText: "the node's own among the peers",
    server: 'listenPort',
  },
  ...peerSettings,
  insecure: {
    kind: yesOrNo,
    help: 'listen beyond loopback, although nothing is authenticated or encrypted',
    placeholder: 'yes|no',
    default: false,
    server: 'insecure',
  },
  ...clientSecuritySettings,
  ...sharedSettings,
  featureLevelMax: {
    kind: wholeNumber(1, levelMax),
    help: 'keep the feature level of the cluster from rising above this one, to be able to go back',
    placeholder: 'level',
    defaultText: 'none: the level rises once all nodes can',
    server: 'featureLevelMax',
  },
  trace: {
    kind: yesOrNo,
    help: 'record what the peer takes in, for paxkv trace',
    placeholder: 'yes|no',
    default: false,
    server: 'trace',
  },
  traceSize: {
    kind: size(1, diskMax),
    help: 'disk for that recording; the oldest part is dropped',
    placeholder: 'size',
    defaultText: '16MiB',
    server: 'limits.traceBytesMax',
  },
  logLevel: {
    kind: oneOf(['error', 'warn', 'info', 'debug', 'silent']),
    help: 'how much to log to standard error',
    placeholder: 'level',
    default: 'info',
    server: 'logLevel',
  },
  logFormat: {
    kind: oneOf(['auto', 'json', 'text']),
    help: 'lines of the log as JSON objects or for people; auto: for people where they go to a terminal',
    placeholder: 'format',
    default: 'auto',
    server: 'logFormat',
  },
  slowRequestMs: {
    kind: duration(0, timeMsMax),
    help: 'log requests that take so long, and where their time went; 0ms: none',
    placeholder: 'time',
    default: 1000,
    server: 'slowRequestMs',
  },
} as const satisfies SettingTable;

/** Settings of a cluster on one machine. */
export const clusterSettings = {
  nodes: {
    kind: wholeNumber(1, nodeCountMax),
    help: 'number of nodes; an odd number is best',
    placeholder: 'count',
    short: 'n',
    default: 3,
  },
  data: {
    kind: text('path'),
    help: 'where the nodes keep their data',
    placeholder: 'directory',
    short: 'd',
    default: '.paxkv',
  },
  port: {
    kind: wholeNumber(1, portMax - peerPortOffset - nodeCountMax + 1),
    help: 'port of node 0; the other nodes take the ports after it, and for each other those 1,000 higher',
    placeholder: 'port',
    short: 'p',
    default: 4401,
  },
  ...sharedSettings,
} as const satisfies SettingTable;

/** The tables of the commands that have settings. */
export const settingTables = { serve: serveSettings, cluster: clusterSettings } as const;

/** The file of settings. It names no setting that a file may hold. */
export const configSetting = {
  kind: text('path'),
  help: 'YAML file of settings, which flags and the environment override',
  placeholder: 'file',
} as const satisfies Setting;
