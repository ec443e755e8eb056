/** Robot: tries to break a run with random faults at full speed. Its run can be inspected afterwards. */
import { SeededRandom } from '@paxkv/simulator';
import type { Action, LoggedAction } from './action.ts';
import { Judge } from './judge/judge.ts';
import type { LampId, Violation } from './judge/lamp.ts';
import { peersOf, type Settings } from './settings.ts';
import type { Recording } from './timeline/session.ts';
import { Cluster } from './world/cluster.ts';
import type { Core } from './world/core.ts';
import { settled } from './world/settled.ts';
import { together } from './world/witness.ts';

/** One attempt of the robot. */
export interface Attempt {
  readonly recording: Recording;
  readonly violations: readonly Violation[];
  readonly faultCount: number;
}

/** Events and actions of one attempt. */
const momentCount = 600;

/** Runs with random faults, chosen by the seed of the run. Ends when `lamp`, by default any, is red. */
export async function attempt(settings: Settings, core: Core, lamp?: LampId): Promise<Attempt> {
  const random = new SeededRandom(`robot ${settings.seed}`);
  const mood = drawMood(random);
  const choose = (_: number, cluster: Cluster) =>
    random.chance(mood.actionChance) ? drawAction(random, cluster, mood) : undefined;
  return execute({ settings, core, choose, lamp, momentMax: momentCount });
}

/** Repeats a recording to its end, or until `lamp` is red. It keeps no frames. */
export async function repeat(
  { settings, log, moment }: Recording,
  core: Core,
  lamp?: LampId,
): Promise<Attempt> {
  const actions = new Map(log.map((logged) => [logged.at, logged.action]));
  const choose = (at: number) => actions.get(at);
  return execute({ settings, core, choose, lamp, momentMax: moment });
}

interface Plan {
  readonly settings: Settings;
  readonly core: Core;
  readonly choose: (moment: number, cluster: Cluster) => Action | undefined;
  readonly lamp: LampId | undefined;
  readonly momentMax: number;
}

async function execute({ settings, core, choose, lamp, momentMax }: Plan): Promise<Attempt> {
  const judge = new Judge(settings, () => cluster.world.now());
  const cluster = new Cluster(settings, core, together([judge]));
  const log: LoggedAction[] = [];
  await cluster.begin();
  let moment = 0;
  const isRed = () =>
    judge.violations.some((violation) => lamp === undefined || violation.lamp === lamp);
  while (moment < momentMax && !isRed()) {
    const action = choose(moment + 1, cluster);
    if (action !== undefined) {
      log.push({ at: moment + 1, action });
      cluster.perform(action);
    } else if (!cluster.world.step()) break;
    moment += 1;
    await settled();
  }
  const recording = { settings, log, moment };
  return { recording, violations: judge.violations, faultCount: log.length };
}

/** The strategy of one attempt. */
interface Mood {
  readonly actionChance: number;
  readonly proposeChance: number;
  readonly messageChance: number;
  readonly instanceCount: number;
}

function drawMood(random: SeededRandom): Mood {
  return {
    actionChance: random.between(0.03, 0.4),
    proposeChance: random.between(0.1, 0.6),
    messageChance: random.between(0.1, 0.8),
    instanceCount: random.integer(1, 3),
  };
}

function drawAction(random: SeededRandom, cluster: Cluster, mood: Mood): Action {
  const peers = peersOf(cluster.settings);
  const peer = random.pick(peers);
  if (random.chance(mood.proposeChance)) {
    if (cluster.settings.hasServers) return drawCall(random, peer);
    const seq = random.integer(0, mood.instanceCount - 1);
    return { type: 'propose', peer, seq, value: random.letters(2) };
  }
  const flights = cluster.network.flights.all;
  if (flights.length > 0 && random.chance(mood.messageChance)) {
    const message = random.pick(flights).id;
    return { type: random.pick(['lose', 'delay', 'delay', 'repeat'] as const), message };
  }
  return drawFault(random, peers, peer);
}

/** Few calls have the same key, since the time to judge a key grows fast with its calls. */
function drawCall(random: SeededRandom, peer: number): Action {
  const key = random.pick([...keys]);
  if (random.chance(0.4)) return { type: 'get', peer, key };
  return { type: 'put', peer, key, value: random.letters(2) };
}

function drawFault(random: SeededRandom, peers: readonly number[], peer: number): Action {
  const type = random.pick(faults);
  switch (type) {
    case 'heal':
      return { type };
    case 'partition': {
      const cut = random.integer(1, peers.length - 1);
      const shuffled = random.shuffle(peers);
      return { type, groups: [shuffled.slice(0, cut), shuffled.slice(cut)] };
    }
    case 'cut':
      return { type, from: peer, to: random.pick(peers.filter((other) => other !== peer)) };
    default:
      return { type, peer };
  }
}

const keys = 'abcdefghijklmnop';

const faults = [
  'crash',
  'crash',
  'restart',
  'restart',
  'restart',
  'pause',
  'resume',
  'resume',
  'cut',
  'partition',
  'wipe',
  'heal',
  'heal',
] as const;
