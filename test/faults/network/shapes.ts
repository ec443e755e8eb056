/**
 * Shapes of partitions: which directed links are cut, as a function of the number of nodes. A shape is
 * placed around one node, the pivot, which clients use most.
 */

/** A directed link from one node to another. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/** The size of the cluster, and the node around which the shape is placed. */
export interface Outline {
  readonly nodeCount: number;
  readonly pivot: number;
}

export type Shape = (outline: Outline) => Link[];

/** Isolates the pivot. */
function leaderAlone({ nodeCount, pivot }: Outline): Link[] {
  return between(nodeCount, (from, to) => from === pivot || to === pivot);
}

/** Isolates the largest possible minority; the pivot is in the majority. */
function minority({ nodeCount, pivot }: Outline): Link[] {
  const isApart = (node: number) => isAfter({ nodeCount, pivot }, node);
  return between(nodeCount, (from, to) => isApart(from) !== isApart(to));
}

/** Isolates the largest possible minority, which includes the pivot. */
function majorityMinority({ nodeCount, pivot }: Outline): Link[] {
  const before = (pivot + nodeCount - 1) % nodeCount;
  return minority({ nodeCount, pivot: before });
}

/** The pivot can send but not receive. */
function oneWayIn({ nodeCount, pivot }: Outline): Link[] {
  return between(nodeCount, (_, to) => to === pivot);
}

/** The pivot can receive but not send. */
function oneWayOut({ nodeCount, pivot }: Outline): Link[] {
  return between(nodeCount, (from) => from === pivot);
}

/** All nodes are linked with the pivot's neighbour only: the pivot stays up, without a quorum. */
function quorumLoss({ nodeCount, pivot }: Outline): Link[] {
  const hub = (pivot + 1) % nodeCount;
  return between(nodeCount, (from, to) => from !== hub && to !== hub);
}

/** As quorum loss, with the pivot isolated: only its neighbour can reach a quorum. */
function constrained({ nodeCount, pivot }: Outline): Link[] {
  const hub = (pivot + 1) % nodeCount;
  return between(nodeCount, (from, to) => {
    const isHubs = from === hub || to === hub;
    return !isHubs || from === pivot || to === pivot;
  });
}

/** A chain: each node is linked with its neighbours, and the pivot is at one end. */
function chained({ nodeCount, pivot }: Outline): Link[] {
  const rank = (node: number) => (node - pivot + nodeCount) % nodeCount;
  return between(nodeCount, (from, to) => Math.abs(rank(from) - rank(to)) !== 1);
}

/** A ring: each node is linked with its two neighbours. Cuts nothing of three. */
function ring({ nodeCount }: Outline): Link[] {
  return between(nodeCount, (from, to) => {
    const distance = Math.abs(from - to);
    return distance !== 1 && distance !== nodeCount - 1;
  });
}

export const shapes = {
  'leader alone': leaderAlone,
  minority,
  'majority/minority': majorityMinority,
  'one-way in': oneWayIn,
  'one-way out': oneWayOut,
  'quorum-loss': quorumLoss,
  constrained,
  chained,
  ring,
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof shapes;

export const shapeNames = Object.keys(shapes).filter((name): name is ShapeName => name in shapes);

/** Every link of a cluster. */
export function allLinks(nodeCount: number): Link[] {
  return between(nodeCount, () => true);
}

/** The nodes that reach a quorum, themselves included, in both directions: these can decide. */
export function nodesWithQuorum(nodeCount: number, cut: readonly Link[]): number[] {
  const isCut = (from: number, to: number) =>
    cut.some((link) => link.from === from && link.to === to);
  const nodes = Array.from({ length: nodeCount }, (_, node) => node);
  return nodes.filter((node) => {
    const reached = nodes.filter((other) => !isCut(node, other) && !isCut(other, node));
    return reached.length > nodeCount / 2;
  });
}

function between(nodeCount: number, isIn: (from: number, to: number) => boolean): Link[] {
  const nodes = Array.from({ length: nodeCount }, (_, node) => node);
  const links = nodes.flatMap((from) => nodes.map((to) => ({ from, to })));
  return links.filter(({ from, to }) => from !== to && isIn(from, to));
}

/** Whether `node` belongs to the minority that follows the pivot. */
function isAfter({ nodeCount, pivot }: Outline, node: number): boolean {
  const distance = (node - pivot + nodeCount) % nodeCount;
  return distance >= 1 && distance <= Math.floor((nodeCount - 1) / 2);
}
