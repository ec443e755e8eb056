/** Mistakes with values that no server of this version can apply. */
import { byTest, type Mutant } from '../mutant.ts';

export const valueMutants: readonly Mutant[] = [
  {
    id: 'value-believed',
    mistake: 71,
    does: 'A peer takes values that its host cannot apply.',
    loses: 'One message of a damaged server stops every server at each start.',
    file: 'paxos/src/effect-loop.ts',
    right: 'if (isValue === undefined || valuesIn(message).every(isValue)) {',
    wrong: 'if (isValue === undefined || valuesIn(message).length >= 0) {',
    caughtBy: [
      byTest(
        'unit/paxos/effect-loop',
        'are neither written nor learned from decided, and are reported',
      ),
      byTest(
        'unit/paxos/effect-loop',
        'are neither written nor learned from learned, and are reported',
      ),
      byTest(
        'unit/kvserver/replica/poison',
        'costs the others nothing with accept of the next instance',
      ),
    ],
  },
  {
    id: 'first-value-checked',
    mistake: 71,
    does: 'A peer checks one value of a message that has several.',
    loses: 'As before.',
    file: 'paxos/src/effect-loop.ts',
    right: 'valuesIn(message).every(isValue)',
    wrong: 'valuesIn(message).slice(0, 1).every(isValue)',
    caughtBy: [
      byTest(
        'unit/paxos/effect-loop',
        'are neither written nor learned from learned, and are reported',
      ),
    ],
  },
  {
    id: 'any-value-accepted',
    mistake: 71,
    does: 'A replica calls every value one that it can apply.',
    loses: 'As before.',
    file: 'kvserver/src/replica/plausibility.ts',
    right: 'isValue: (value) => state.values.accepts(value),',
    wrong: 'isValue: (value) => state.values.accepts(value) || true,',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/poison',
        'costs the others nothing with accept of the next instance',
      ),
    ],
  },
  {
    id: 'empty-batch-accepted',
    mistake: 71,
    does: 'A value is accepted that no server proposes.',
    loses: 'A damaged server gets what it made up into the log.',
    file: 'kvserver/src/state-machine/values.ts',
    right: '      expectProposable(content, this.#version);\n',
    wrong: '',
    caughtBy: [byTest('unit/kvserver/state-machine/values', 'accepts no a batch without requests')],
  },
  {
    id: 'forwarded-unchecked',
    mistake: 71,
    does: 'A leader proposes whatever another server forwards to it.',
    loses: 'A damaged server stops every server at each start.',
    file: 'kvserver/src/replica/forwarding/forwarded.ts',
    right: '    if (!this.#values.acceptsBatch(batch.value)) return false;\n',
    wrong: '',
    caughtBy: [
      byTest('unit/kvserver/replica/forwarding/forwarded', 'refuses an unreadable batch'),
      byTest(
        'unit/kvserver/replica/forwarding/forwarded',
        'refuses every value but a batch: a raise of the feature level is not forwarded',
      ),
    ],
  },
  {
    id: 'unreadable-journal-believed',
    mistake: 71,
    does: 'A replica starts on a vote in its journal that it cannot apply.',
    loses: 'It is chosen again, and stops every server for good.',
    file: 'kvserver/src/replica/readable-storage.ts',
    right: 'if (isUnreadable) throw new UnreadableValueError(write.seq, value, cause);',
    wrong:
      'if (isUnreadable && applied < -1) throw new UnreadableValueError(write.seq, value, cause);',
    caughtBy: [
      byTest(
        'unit/kvserver/replica/readable-storage',
        'refuses a vote and a decision that cannot be applied, and names the instance',
      ),
    ],
  },
];
