/**
 * Shapes of partitions: which directed links are cut, from the number of nodes alone. A shape is drawn
 * around one node, the one that clients use most.
 */

/** The way from one node to another. The way back is another link. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/** Who is in the cluster, and which node the shape is drawn around. */
export interface Outline {
  readonly nodeCount: number;
  readonly pivot: number;
}

export type Shape = (outline: Outline) => Link[];

/** The pivot speaks to nobody. The others are whole. */
function leaderAlone({ nodeCount, pivot }: Outline): Link[] {
  return between(nodeCount, (from, to) => from === pivot || to === pivot);
}

/** As many as may be missing are apart; the pivot is with the majority. */
function minority({ nodeCount, pivot }: Outline): Link[] {
  const isApart = (node: number) => isAfter({ nodeCount, pivot }, node);
  return between(nodeCount, (from, to) => isApart(from) !== isApart(to));
}

/** As many as may be missing are apart, and the pivot is one of them. */
function majorityMinority({ nodeCount, pivot }: Outline): Link[] {
  const before = (pivot + nodeCount - 1) % nodeCount;
  return minority({ nodeCount, pivot: before });
}

/** The pivot is heard and hears nothing. */
function oneWayIn({ nodeCount, pivot }: Outline): Link[] {
  return between(nodeCount, (_, to) => to === pivot);
}

/** The pivot hears and is not heard. */
function oneWayOut({ nodeCount, pivot }: Outline): Link[] {
  return between(nodeCount, (from) => from === pivot);
}

/** Everybody is linked with the pivot's neighbour alone: the pivot lives on, without a quorum. */
function quorumLoss({ nodeCount, pivot }: Outline): Link[] {
  const hub = (pivot + 1) % nodeCount;
  return between(nodeCount, (from, to) => from !== hub && to !== hub);
}

/** As quorum loss, with the pivot cut off altogether: only its neighbour can reach a quorum. */
function constrained({ nodeCount, pivot }: Outline): Link[] {
  const hub = (pivot + 1) % nodeCount;
  return between(nodeCount, (from, to) => {
    const isHubs = from === hub || to === hub;
    return !isHubs || from === pivot || to === pivot;
  });
}

/** Each is linked with its neighbours in a row, which the pivot begins. */
function chained({ nodeCount, pivot }: Outline): Link[] {
  const place = (node: number) => (node - pivot + nodeCount) % nodeCount;
  return between(nodeCount, (from, to) => Math.abs(place(from) - place(to)) !== 1);
}

/** Each is linked with its two neighbours in a circle. Cuts nothing of three. */
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

/** The nodes that have a quorum, themselves included, to which both ways are open: these can decide. */
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

/** Whether `node` is one of the nodes right after the pivot that are fewer than half. */
function isAfter({ nodeCount, pivot }: Outline, node: number): boolean {
  const distance = (node - pivot + nodeCount) % nodeCount;
  return distance >= 1 && distance <= Math.floor((nodeCount - 1) / 2);
}
