/** The servers in a ring, with the connections between this server and the others. */
import type { JSX } from 'preact';
import { peerPoint, peerRadius, stageSize } from '../../ui/geometry.ts';
import type { StatusProps } from './view-props.ts';

/** Without the margin that the stage has for labels. */
const margin = 15;
const box = `${margin} ${margin - 20} ${stageSize - 2 * margin} ${stageSize - 2 * margin}`;

export function MemberRing({ status, model, texts }: StatusProps): JSX.Element {
  const { node: here, members, nodeCount, leader } = status;
  const isHereLost = model.isSilent || status.state !== 'running';
  const own = peerPoint(here, nodeCount);
  const nodes = [{ node: here, isLost: isHereLost }].concat(
    members.map(({ node, isConnected }) => ({ node, isLost: !isConnected })),
  );
  return (
    <svg class="ring" viewBox={box} role="img" aria-label={texts.members.ring}>
      {members.map(({ node, isConnected }) => {
        const { x, y } = peerPoint(node, nodeCount);
        const name = isConnected && !model.isSilent ? 'link' : 'link cut';
        return <line key={node} class={name} x1={own.x} y1={own.y} x2={x} y2={y} />;
      })}
      {nodes.map(({ node, isLost }) => {
        const { x, y } = peerPoint(node, nodeCount);
        const classes = [
          'peer',
          ...(isLost ? ['down'] : []),
          ...(node === here ? ['selected'] : []),
        ];
        return (
          <g
            key={node}
            class={classes.join(' ')}
            transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
          >
            <circle r={peerRadius} />
            {node === leader && (
              <text class="crown" y={-peerRadius - 5}>
                ♛
              </text>
            )}
            <text class="number" y={9}>
              {node}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
