/** The servers as a table, with links to the consoles of the others. */
import type { JSX } from 'preact';
import type { MemberView } from '../status-view.ts';
import type { StatusProps } from './view-props.ts';

export function MemberTable(props: StatusProps): JSX.Element {
  const { status, texts } = props;
  const { members: words } = texts;
  const has = (name: 'roundTripMs' | 'lacking') =>
    status.members.some((member) => member[name] !== undefined);
  const columns = { hasRoundTrips: has('roundTripMs'), hasLacking: has('lacking') };
  const rows = [
    {
      node: status.node,
      row: <OwnRow key={status.node} {...props} {...columns} />,
    },
    ...status.members.map((member) => ({
      node: member.node,
      row: <OtherRow key={member.node} {...props} member={member} {...columns} />,
    })),
  ].sort((a, b) => a.node - b.node);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.node}</th>
            <th scope="col">{words.role}</th>
            <th scope="col">{words.connection}</th>
            {columns.hasRoundTrips && <th scope="col">{words.roundTrip}</th>}
            {columns.hasLacking && <th scope="col">{words.lacking}</th>}
            <th scope="col">{words.console}</th>
          </tr>
        </thead>
        <tbody>{rows.map(({ row }) => row)}</tbody>
      </table>
    </div>
  );
}

interface RowProps extends StatusProps {
  readonly hasRoundTrips: boolean;
  readonly hasLacking: boolean;
}

function OwnRow({ status, texts, hasRoundTrips, hasLacking }: RowProps): JSX.Element {
  const { members: words, states } = texts;
  return (
    <tr data-member={status.node}>
      <th scope="row">{status.node}</th>
      <td>{roleOf(status.node, { status, texts })}</td>
      <td>{states[status.state]}</td>
      {hasRoundTrips && <td>–</td>}
      {hasLacking && <td>–</td>}
      <td>{words.here}</td>
    </tr>
  );
}

function OtherRow(props: RowProps & { readonly member: MemberView }): JSX.Element {
  const { member, model, texts, hasRoundTrips, hasLacking } = props;
  const { node, isConnected, address, roundTripMs, lacking } = member;
  const { members: words } = texts;
  return (
    <tr data-member={node} class={isConnected ? '' : 'lost'}>
      <th scope="row">{node}</th>
      <td>{isConnected ? roleOf(node, props) : '–'}</td>
      <td>{isConnected ? words.connected : words.lost}</td>
      {hasRoundTrips && <td>{roundTripMs === undefined ? '–' : `${roundTripMs.toFixed(1)} ms`}</td>}
      {hasLacking && <td>{lacking ?? '–'}</td>}
      <td>
        {address === undefined ? (
          '–'
        ) : (
          <a
            href={`${model.protocol}//${address}/console`}
            aria-label={`${words.open}: ${address}`}
          >
            {address}
          </a>
        )}
      </td>
    </tr>
  );
}

function roleOf(node: number, { status, texts }: Pick<StatusProps, 'status' | 'texts'>): string {
  return node === status.leader ? texts.members.leader : texts.members.follower;
}
