/** What the console shows of a status. Every member that may be absent from the reply may be absent here. */

export type ServerState = 'starting' | 'running' | 'repairing' | 'stopping' | 'failed';

/** Another server, as this one sees it. */
export interface MemberView {
  readonly node: number;
  readonly isConnected: boolean;
  /** Why there is no connection, if that is known. */
  readonly reason: string | undefined;
  /** `host:port`. */
  readonly address: string | undefined;
  readonly roundTripMs: number | undefined;
  /** Instances for which this server keeps its log, since that one may lack them. */
  readonly lacking: number | undefined;
}

/** One server's view of itself and of the cluster. */
export interface StatusView {
  readonly node: number;
  readonly cluster: string;
  readonly version: string;
  readonly state: ServerState;
  readonly reason: string | undefined;
  readonly leader: number | undefined;
  /** The other servers, by node. */
  readonly members: readonly MemberView[];
  readonly nodeCount: number;
  /** This server and those it has a connection to. */
  readonly reachedCount: number;
  readonly hasMajority: boolean;
  /** The conditions of readiness that failed, in English. */
  readonly failedChecks: readonly string[];
  readonly election: ElectionView | undefined;
  /** How old the state may be, in milliseconds. */
  readonly ageMs: number | undefined;
  readonly disk: DiskView;
  readonly catchUp: CatchUpView | undefined;
  /** The nodes whose state differed from this one's when they were compared last. */
  readonly differsFrom: readonly number[];
  /** The feature level of the cluster. */
  readonly featureLevel: number | undefined;
  readonly revision: number;
  /** The highest instance applied to the state, or −1. */
  readonly applied: number;
  /** Instances known of and not applied. */
  readonly lag: number;
  /** Instances that the log still has. */
  readonly retained: number;
  readonly retainedBytes: number | undefined;
  readonly pending: number;
  readonly sessions: number;
  readonly residentBytes: number;
  readonly uptimeMs: number;
  /** Everything in the reply, one row a number or text, by its path. */
  readonly all: readonly Fact[];
}

/** The last election that the server knows of. */
export interface ElectionView {
  readonly leader: number;
  readonly agoMs: number;
}

/** The disk of the journal, in milliseconds. */
export interface DiskView {
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** How long the oldest flush under way has taken so far. */
  readonly pendingMs: number;
}

/** What the server takes from another one because it was away for long. */
export interface CatchUpView {
  readonly tier: 'log' | 'state';
  readonly from: number;
  readonly received: number;
  readonly total: number | undefined;
}

export interface Fact {
  readonly path: string;
  readonly text: string;
}

type Members = Readonly<Record<string, unknown>>;

const states: readonly ServerState[] = ['starting', 'running', 'repairing', 'stopping', 'failed'];

/** Reads the body of `GET /status`. `undefined` unless it is a status. */
export function readStatus(body: unknown): StatusView | undefined {
  if (!isMembers(body)) return undefined;
  const state = states.find((each) => each === textIn(body, 'state'));
  const node = numberIn(body, 'node');
  if (state === undefined || node === undefined) return undefined;
  const majority = membersIn(body, 'majority');
  const lag = membersIn(body, 'lag');
  const retained = membersIn(body, 'retained');
  const members = listIn(body, 'peers').flatMap((peer) => toMember(peer, retained));
  const nodeCount = members.length + 1;
  const reachedCount = 1 + members.filter(({ isConnected }) => isConnected).length;
  const count = (name: string, otherwise = 0) => numberIn(body, name) ?? otherwise;
  const [applied, max] = [count('applied', -1), count('max', -1)];
  return {
    node,
    state,
    cluster: textIn(body, 'cluster') ?? '',
    version: textIn(body, 'version') ?? '',
    reason: textIn(body, 'reason'),
    leader: numberIn(body, 'leader'),
    members,
    nodeCount,
    reachedCount,
    hasMajority: truthIn(majority, 'reached') ?? reachedCount > nodeCount / 2,
    failedChecks: listIn(body, 'checks').flatMap(toFailure),
    election: toElection(membersIn(body, 'election')),
    ageMs: numberIn(lag, 'ageMs'),
    disk: toDisk(membersIn(body, 'disk')),
    catchUp: toCatchUp(membersIn(body, 'catchUp')),
    differsFrom: listIn(membersIn(body, 'scrub'), 'differsFrom').filter(isNumber),
    featureLevel: numberIn(body, 'featureLevel'),
    revision: count('revision'),
    applied,
    lag: numberIn(lag, 'instances') ?? Math.max(0, max - applied),
    retained: numberIn(retained, 'instances') ?? Math.max(0, max - count('min') + 1),
    retainedBytes: numberIn(retained, 'bytes'),
    pending: count('pending'),
    sessions: count('sessions'),
    residentBytes: count('residentBytes'),
    uptimeMs: count('uptimeMs'),
    all: factsOf(body),
  };
}

function toMember(peer: unknown, retained: Members): MemberView[] {
  if (!isMembers(peer)) return [];
  const node = numberIn(peer, 'node');
  if (node === undefined) return [];
  return [
    {
      node,
      isConnected: truthIn(peer, 'connected') === true,
      reason: textIn(peer, 'reason'),
      address: textIn(peer, 'address'),
      roundTripMs: numberIn(peer, 'roundTripMs'),
      lacking: lackingOf(node, retained),
    },
  ];
}

function lackingOf(node: number, retained: Members): number | undefined {
  const needs = listIn(retained, 'neededBy').filter(isMembers);
  const own = needs.find((each) => numberIn(each, 'node') === node);
  return own && numberIn(own, 'instances');
}

/** The state is said elsewhere on the page. */
function toFailure(check: unknown): string[] {
  if (!isMembers(check)) return [];
  const hasFailed = truthIn(check, 'required') === true && truthIn(check, 'passed') === false;
  const name = textIn(check, 'name');
  if (!hasFailed || name === undefined || name === 'state') return [];
  return [textIn(check, 'detail') ?? name];
}

function toElection(election: Members): ElectionView | undefined {
  const [leader, agoMs] = [numberIn(election, 'leader'), numberIn(election, 'agoMs')];
  return leader === undefined || agoMs === undefined ? undefined : { leader, agoMs };
}

function toCatchUp(catchUp: Members): CatchUpView | undefined {
  const tier = textIn(catchUp, 'tier');
  const from = numberIn(catchUp, 'from');
  if (from === undefined || (tier !== 'log' && tier !== 'state')) return undefined;
  const received = numberIn(catchUp, 'received') ?? 0;
  return { tier, from, received, total: numberIn(catchUp, 'total') };
}

function toDisk(disk: Members): DiskView {
  return {
    p50Ms: numberIn(disk, 'p50Ms'),
    p99Ms: numberIn(disk, 'p99Ms'),
    pendingMs: numberIn(disk, 'pendingMs') ?? 0,
  };
}

/** Every number, text and truth value in `value`, with its path. */
function factsOf(value: unknown, path = ''): Fact[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => factsOf(each, `${path}[${index}]`));
  }
  if (isMembers(value)) {
    return Object.entries(value).flatMap(([name, each]) =>
      factsOf(each, path === '' ? name : `${path}.${name}`),
    );
  }
  return [{ path, text: String(value) }];
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function numberIn(members: Members, name: string): number | undefined {
  const value = members[name];
  return isNumber(value) ? value : undefined;
}

function textIn(members: Members, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

function truthIn(members: Members, name: string): boolean | undefined {
  const value = members[name];
  return typeof value === 'boolean' ? value : undefined;
}

/** Without members if there is no such object. */
function membersIn(members: Members, name: string): Members {
  const value = members[name];
  return isMembers(value) ? value : {};
}

function listIn(members: Members, name: string): readonly unknown[] {
  const value = members[name];
  return Array.isArray(value) ? value : [];
}
