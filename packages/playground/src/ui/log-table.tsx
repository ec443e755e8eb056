/** The log of each peer, by instance, with its disk and its leader. */
import type { JSX } from 'preact';
import { ballotText } from '../engine/protocol/writes.ts';
import type { InstanceView, PeerView } from '../engine/timeline/frame.ts';
import type { PageTexts } from '../text/page-texts.ts';
import type { ViewProps } from './context.ts';

/** The latest instances that are shown. */
const instanceCountMax = 12;

export function LogTable({ model, texts }: ViewProps): JSX.Element {
  const { peers } = model.timeline.frame;
  const { log, faults } = texts;
  const last = Math.max(-1, ...peers.map(({ instances }) => instances.at(-1)?.seq ?? -1));
  const first = Math.max(0, last - instanceCountMax + 1);
  const seqs = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return (
    <section class="log">
      <h2>{log.heading}</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{log.instance}</th>
              {peers.map(({ id }) => (
                <th key={id} scope="col">
                  <button type="button" onClick={() => model.select({ type: 'peer', peer: id })}>
                    {faults.peer} {id}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <PeerRow label={log.leader} peers={peers} render={leaderText} />
            <PeerRow label={log.disk} peers={peers} render={(peer) => diskText(peer, log)} />
            {peers.some(({ server }) => server !== undefined) && (
              <PeerRow
                label={log.server}
                peers={peers}
                render={(peer) => serverText(peer, texts)}
              />
            )}
            {seqs.map((seq) => (
              <tr key={seq}>
                <th scope="row">{seq}</th>
                {peers.map(({ id, instances }) => (
                  <InstanceCell key={id} instance={instanceAt(instances, seq)} texts={texts} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {last < 0 && <p>{log.none}</p>}
    </section>
  );
}

interface PeerRowProps {
  readonly label: string;
  readonly peers: readonly PeerView[];
  readonly render: (peer: PeerView) => string;
}

function PeerRow({ label, peers, render }: PeerRowProps): JSX.Element {
  return (
    <tr class="about">
      <th scope="row">{label}</th>
      {peers.map((peer) => (
        <td key={peer.id}>{render(peer)}</td>
      ))}
    </tr>
  );
}

function instanceAt(instances: readonly InstanceView[], seq: number): InstanceView | undefined {
  return instances[seq - (instances[0]?.seq ?? 0)];
}

function leaderText({ state, leader, disk }: PeerView): string {
  if (state === 'unknown') return '';
  const promise = disk.logPromise === undefined ? '' : ` ${ballotText(disk.logPromise)}`;
  return `${leader ?? '–'}${promise}`;
}

function diskText({ state, disk }: PeerView, { writing, durable }: PageTexts['log']): string {
  if (state === 'unknown') return '';
  return disk.pending.length > 0
    ? `${writing}: ${disk.pending.join(', ')}`
    : `${disk.writeCount} ${durable}`;
}

function serverText({ server, applied }: PeerView, { log, serverStates }: PageTexts): string {
  if (server === undefined) return '';
  const { state, revision } = server;
  return `${serverStates[state]}, ${log.applied} ${applied}, ${log.revision} ${revision}`;
}

function InstanceCell({
  instance,
  texts: { log },
}: {
  readonly instance: InstanceView | undefined;
  readonly texts: PageTexts;
}): JSX.Element {
  if (instance === undefined) return <td class="unknown" aria-label={log.undecided} />;
  const { fate, value, vote, promised } = instance;
  if (fate === 'forgotten') return <td class="forgotten">{log.forgotten}</td>;
  if (fate === 'decided') {
    return (
      <td class="decided">
        <span class="hidden">{log.decided}: </span>◆ {value}
      </td>
    );
  }
  if (vote !== undefined) {
    return (
      <td class="voted">
        {log.voted} {ballotText(vote.ballot)} {vote.value}
      </td>
    );
  }
  return (
    <td class="undecided">
      {promised === undefined ? log.undecided : `${log.promised} ${ballotText(promised)}`}
    </td>
  );
}
