/**
 * The shapes in which a network breaks. The worst outages in practice were not clean splits: a node that
 * receives but is not received, a node that alone still reaches all, a chain.
 */
import type { SeededRandom } from '@paxkv/simulator';
import type { Link } from './fault.ts';

export interface DrawnPartition {
  readonly shape: string;
  readonly cuts: readonly Link[];
}

type Shape = (random: SeededRandom, nodes: readonly number[]) => readonly Link[];

/** `nodes` come in random order. */
const shapes: Readonly<Record<string, Shape>> = {
  'one alone': (_, [first = 0, ...others]) => both([first], others),
  halves: (_, nodes) => both(nodes.slice(0, nodes.length >> 1), nodes.slice(nodes.length >> 1)),
  'three parts': (random, nodes) => {
    const parts: number[][] = [[], [], []];
    for (const node of nodes) random.pick(parts).push(node);
    return parts.flatMap((part) =>
      both(
        part,
        nodes.filter((node) => !part.includes(node)),
      ),
    );
  },
  'quorum loss': (_, [hub = 0, ...others]) =>
    others.flatMap((node) =>
      both(
        [node],
        others.filter((other) => other !== node && other !== hub),
      ),
    ),
  chain: (_, nodes) => nodes.flatMap((node, place) => both([node], nodes.slice(place + 2))),
  ring: (_, nodes) =>
    nodes.flatMap((node, place) =>
      both(
        [node],
        nodes.filter((__, other) => !isNextTo(place, other, nodes.length) && place !== other),
      ),
    ),
  'single link': (_, [first = 0, second = 1]) => both([first], [second]),
  'half of all links': (random, nodes) => cross(nodes, nodes).filter(() => random.chance(0.5)),
};

const shapeNames = Object.keys(shapes);

/** Half of the partitions cut one direction only. */
export function drawPartition(random: SeededRandom, nodeCount: number): DrawnPartition {
  const name = random.pick(shapeNames);
  const nodes = random.shuffle(Array.from({ length: nodeCount }, (_, node) => node));
  const cuts = shapes[name]?.(random, nodes) ?? [];
  const direction = random.pick(['', '', ', one way', ', the other way']);
  const isCut = ({ from, to }: Link) =>
    direction === '' || (direction === ', one way') === nodes.indexOf(from) < nodes.indexOf(to);
  return { shape: name + direction, cuts: cuts.filter(isCut) };
}

function isNextTo(place: number, other: number, count: number): boolean {
  return (place + 1) % count === other || (other + 1) % count === place;
}

function both(some: readonly number[], others: readonly number[]): Link[] {
  return [...cross(some, others), ...cross(others, some)];
}

function cross(some: readonly number[], others: readonly number[]): Link[] {
  return some.flatMap((from) => others.filter((to) => to !== from).map((to) => ({ from, to })));
}
