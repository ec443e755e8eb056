/** The texts of the page, by purpose. */
import type { LampId } from '../engine/judge/lamp.ts';
import type { Tone } from '../engine/protocol/messages.ts';
import type { PeerView } from '../engine/timeline/frame.ts';
import type { ServerFacts } from '../engine/world/program.ts';
import type { RecordingErrorCode } from '../recording/recording-error.ts';

export interface PageTexts {
  readonly title: string;
  readonly lead: string;
  readonly language: string;
  readonly run: Record<
    | 'heading'
    | 'seed'
    | 'peers'
    | 'led'
    | 'lossy'
    | 'servers'
    | 'mutant'
    | 'none'
    | 'start'
    | 'share'
    | 'shared'
    | 'replay',
    string
  >;
  readonly time: Record<
    | 'heading'
    | 'play'
    | 'pause'
    | 'back'
    | 'step'
    | 'start'
    | 'end'
    | 'speed'
    | 'moment'
    | 'quiet'
    | 'full'
    | 'left'
    | 'recordingEnd',
    string
  >;
  readonly recording: Record<
    | 'open'
    | 'heading'
    | 'lead'
    | 'file'
    | 'steps'
    | 'effects'
    | 'same'
    | 'other'
    | 'state'
    | 'earlier'
    | 'later'
    | 'close',
    string
  > & { readonly errors: Readonly<Record<RecordingErrorCode, string>> };
  readonly tabs: Record<'lessons' | 'faults' | 'breakIt', string>;
  readonly lesson: Record<
    'lessons' | 'mit' | 'all' | 'act' | 'actPlain' | 'done' | 'step' | 'reached',
    string
  >;
  readonly faults: Record<
    | 'peer'
    | 'crash'
    | 'restart'
    | 'stop'
    | 'pause'
    | 'resume'
    | 'wipe'
    | 'deafen'
    | 'undeafen'
    | 'slow'
    | 'fast'
    | 'rightClock'
    | 'propose'
    | 'instance'
    | 'value'
    | 'done'
    | 'put'
    | 'get'
    | 'key'
    | 'network'
    | 'links'
    | 'cut'
    | 'mend'
    | 'partition'
    | 'partitionHint'
    | 'group'
    | 'heal'
    | 'lossy'
    | 'calm'
    | 'messages'
    | 'noMessages'
    | 'lose'
    | 'delay'
    | 'repeat',
    string
  >;
  readonly breakIt: Record<
    | 'lamps'
    | 'holds'
    | 'broken'
    | 'robot'
    | 'robotStart'
    | 'robotStop'
    | 'runs'
    | 'events'
    | 'faults'
    | 'found'
    | 'look'
    | 'mutants'
    | 'mutantsLead'
    | 'use'
    | 'attack'
    | 'active',
    string
  >;
  readonly log: Record<
    | 'heading'
    | 'instance'
    | 'none'
    | 'undecided'
    | 'voted'
    | 'decided'
    | 'forgotten'
    | 'promised'
    | 'disk'
    | 'writing'
    | 'durable'
    | 'leader'
    | 'noLeader'
    | 'calls'
    | 'waiting'
    | 'server'
    | 'revision'
    | 'applied'
    | 'absent',
    string
  >;
  readonly chart: Record<'heading' | 'events' | 'explain' | 'rule' | 'source' | 'nothing', string>;
  readonly states: Record<PeerView['state'] | 'deaf' | 'guest', string>;
  readonly serverStates: Record<ServerFacts['state'], string>;
  readonly tones: Record<Tone, string>;
  readonly lamps: Record<LampId, { readonly name: string; readonly rule: string }>;
  readonly stage: string;
  readonly stageHint: string;
}
