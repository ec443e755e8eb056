/** What a visitor has selected, and the explanation that the page shows for it. */
import type { LampId } from '../engine/judge/lamp.ts';
import type { Frame } from '../engine/timeline/frame.ts';
import { messageTexts } from '../text/messages.ts';
import type { PageTexts } from '../text/page-texts.ts';
import type { Language } from '../text/words.ts';
import { messageText, wayText } from './describe.ts';
import { lampReferences, messageReferences, peerReference, type Reference } from './references.ts';

export type Selection =
  | { readonly type: 'none' }
  | { readonly type: 'peer'; readonly peer: number }
  | { readonly type: 'message'; readonly id: number }
  | { readonly type: 'lamp'; readonly lamp: LampId };

export interface Explanation {
  readonly title: string;
  readonly sentence: string;
  readonly reference: Reference;
}

/** The explanation, or `undefined` if the selected thing no longer exists. */
export function explain(
  selection: Selection,
  frame: Frame,
  { texts, language }: { readonly texts: PageTexts; readonly language: Language },
): Explanation | undefined {
  switch (selection.type) {
    case 'none':
      return undefined;
    case 'peer':
      return explainPeer(selection.peer, frame, texts);
    case 'message': {
      const flight = frame.flights.find(({ id }) => id === selection.id);
      if (flight === undefined) return undefined;
      return {
        title: `${wayText(flight)} ${messageText(flight)}`,
        sentence: messageTexts[flight.kind][language],
        reference: messageReferences[flight.kind],
      };
    }
    case 'lamp': {
      const { lamp } = selection;
      const broken = frame.violations.find((violation) => violation.lamp === lamp);
      const { name, rule } = texts.lamps[lamp];
      return {
        title: name,
        sentence:
          broken === undefined ? rule : `${rule} ${texts.breakIt.broken}: ${broken.evidence}`,
        reference: lampReferences[lamp],
      };
    }
  }
}

function explainPeer(id: number, frame: Frame, texts: PageTexts): Explanation | undefined {
  const peer = frame.peers[id];
  if (peer === undefined) return undefined;
  const { states, log } = texts;
  const parts = [
    states[peer.state],
    ...(peer.isDeaf ? [states.deaf] : []),
    ...(peer.isMember ? [] : [states.guest]),
    peer.leader === undefined ? log.noLeader : `${log.leader} ${peer.leader}`,
    `min ${peer.min}`,
    `max ${peer.max}`,
    ...(peer.clockRate === 1 ? [] : [`× ${peer.clockRate}`]),
  ];
  return {
    title: `${texts.faults.peer} ${id}`,
    sentence: parts.join(', '),
    reference: peerReference,
  };
}
