/** Positions on the stage: peers in a ring, messages between them, and the line of a partition. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The stage in its own units. */
export const stageSize = 400;
export const peerRadius = 26;
const ringRadius = 150;
/** How far messages are drawn beside the link, so that the two directions have separate lanes. */
const laneOffset = 7;

/** Peer 0 is at the top, and the others follow clockwise. */
export function peerPoint(peer: number, peerCount: number): Point {
  const angle = (2 * Math.PI * peer) / peerCount - Math.PI / 2;
  return {
    x: stageSize / 2 + ringRadius * Math.cos(angle),
    y: stageSize / 2 + ringRadius * Math.sin(angle),
  };
}

/** The position of a message that has covered `part` of its way, from 0 to 1. */
export function messagePoint(from: Point, to: Point, part: number): Point {
  const { start, end } = laneOf(from, to);
  return { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part };
}

/** The lane of messages, between the edges of the two peers. */
export function laneOf(from: Point, to: Point): { start: Point; end: Point } {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [x, y] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [aside, along] = [laneOffset, peerRadius + 4];
  return {
    start: { x: from.x + x * along - y * aside, y: from.y + y * along + x * aside },
    end: { x: to.x - x * along - y * aside, y: to.y - y * along + x * aside },
  };
}

/** The peers on each side of a line, or `undefined` if all are on one side. */
export function sidesOf(a: Point, b: Point, peerCount: number): number[][] | undefined {
  const peers = Array.from({ length: peerCount }, (_, peer) => peer);
  const isLeft = (peer: number) => {
    const { x, y } = peerPoint(peer, peerCount);
    return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) > 0;
  };
  const [left, right] = [peers.filter(isLeft), peers.filter((peer) => !isLeft(peer))];
  return left.length > 0 && right.length > 0 ? [left, right] : undefined;
}
