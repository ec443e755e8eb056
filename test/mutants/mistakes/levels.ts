/** Mistakes of feature levels: a cluster that is raised too early, and replicas that do not go by its level. */
import { bySimulation, byTest, type Mutant } from '../mutant.ts';

const raiser = 'unit/kvserver/replica/levels/level-raiser';
const machine = 'unit/kvserver/state-machine/state-machine';

export const levelMutants: readonly Mutant[] = [
  {
    id: 'raised-without-a-server',
    mistake: 64,
    does: 'The leader ignores servers whose version it does not know.',
    loses: 'A server that is down for a while cannot come back: it has the old version.',
    file: 'kvserver/src/replica/levels/level-raiser.ts',
    right: 'if (known.length < servers.length) return undefined;',
    wrong: '',
    caughtBy: [
      byTest(raiser, 'does not exist while the version of one server is unknown'),
      byTest(
        raiser,
        'proposes nothing while one server cannot run at the higher level, or is not connected',
      ),
      byTest(
        'unit/kvserver/replica/replica',
        'stays while one replica is down, or was told to hold it',
      ),
    ],
  },
  {
    id: 'raised-beyond-a-server',
    mistake: 64,
    does: 'The level rises to the highest that any server can run at.',
    loses: 'Every server of the old version stops.',
    file: 'kvserver/src/replica/levels/level-raiser.ts',
    right: `Math.min(...known.map(({ highest, raiseMax }) => Math.min(highest, raiseMax)));
  return level > current && known.every((levels) => includesLevel(levels, level))
    ? level
    : undefined;`,
    wrong: `Math.max(...known.map(({ highest }) => highest));
  return level > current ? level : undefined;`,
    caughtBy: [
      byTest(raiser, 'does not exist while one server can run at no higher level'),
      byTest(
        'unit/kvserver/replica/replica',
        'rises once every replica can run at a higher one, and not before',
      ),
    ],
  },
  {
    id: 'level-of-own-version',
    mistake: 65,
    does: 'A raise takes each replica to the highest level of its own version.',
    loses: 'Replicas of different versions apply the same log differently.',
    file: 'kvserver/src/state-machine/instance-applier.ts',
    right: 'Math.max(this.#featureLevel, raisesTo ?? baseLevel)',
    wrong: 'raisesTo === undefined ? this.#featureLevel : this.#parts.version.highest',
    caughtBy: [
      bySimulation,
      byTest(machine, 'becomes that of the decision, however high the version of the replica is'),
    ],
  },
  {
    id: 'command-by-own-version',
    mistake: 65,
    does: 'A replica applies every command that its version knows, at any level.',
    loses: 'A replica of an older version cannot apply it, and the states diverge.',
    file: 'kvserver/src/state-machine/instance-applier.ts',
    right: 'levelOf(request.command, version) > this.#featureLevel',
    wrong: 'levelOf(request.command, version) > version.highest',
    caughtBy: [byTest(machine, 'decides whether a command is applied, instance by instance')],
  },
  {
    id: 'unknown-level-applied',
    mistake: 55,
    does: 'A replica goes on at a level that its version does not know.',
    loses: 'It applies what it does not understand.',
    file: 'kvserver/src/state-machine/values.ts',
    right: 'if (isAbove(content, this.#version)) throw',
    wrong: 'if (isAbove(content, { ...this.#version, highest: 9999 })) throw',
    caughtBy: [
      byTest(
        machine,
        'stops a replica that does not know it, before anything of the run is applied',
      ),
    ],
  },
  {
    id: 'raise-above-refused',
    mistake: 55,
    does: 'A replica refuses the raise to a level above its version as a value that it cannot read.',
    loses: 'A server that is too old never finds out: it stays behind and says nothing.',
    file: 'kvserver/src/state-machine/values.ts',
    right: 'if (isAbove(content, this.#version)) return true;',
    wrong: 'if (isAbove(content, this.#version)) return false;',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/values',
        'accepts a raise above its version, so that the server learns that it is too old',
      ),
    ],
  },
];
