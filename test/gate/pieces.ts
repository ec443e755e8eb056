/** The stages of the gate, divided so that each piece fits into a night. */
import { targets } from '../damage/corruptions.ts';
import { runKinds } from '../faults/run/run-plan.ts';
import { gateSeeds, type Stage, stagesOf } from './stages.ts';

const simulationPieceCount = 20;

export function gatePieces(): readonly Stage[] {
  return stagesOf('gate').flatMap((stage): readonly Stage[] => {
    switch (stage.title) {
      case 'simulation':
        return Array.from({ length: simulationPieceCount }, (_, index) => simulationPiece(index));
      case 'real processes':
        return runKinds.map((kind) => part(stage, kind, ['--only', kind, '--seed', 'gate']));
      case 'damage matrix':
        return Object.keys(targets).map((target) =>
          part(stage, target, ['--cells', `^${target},`]),
        );
      default:
        return [stage];
    }
  });
}

function simulationPiece(index: number): Stage {
  const count = gateSeeds.count / simulationPieceCount;
  return {
    title: `simulation ${index + 1}`,
    program: 'simulation/main.js',
    args: ['--seeds', `${count}`, '--first', `${gateSeeds.first + index * count}`],
  };
}

function part({ title, program, args }: Stage, name: string, more: readonly string[]): Stage {
  return { title: `${title}: ${name}`, program, args: [...args, ...more] };
}
