/** Mistakes with values that no server of this version can apply. */
import { byTest, type Mutant } from '../mutant.ts';

const policyTest = 'unit/kvserver/restart-policy';

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
  {
    id: 'defect-ends-a-node',
    mistake: 74,
    does: 'A node is given up after an error that has no code.',
    loses: 'One defect that shows on all nodes ends the cluster.',
    file: 'kvserver/src/restart-policy.ts',
    right: '    if (isDefect(error)) return this.#afterDefect();\n',
    wrong: '',
    caughtBy: [
      byTest(
        policyTest,
        'never gives up after a defect of the program, keeps all data, and tries less and less often',
      ),
    ],
  },
  {
    id: 'damaged-state-opened-again',
    mistake: 74,
    does: 'A state on which an instance fails that others have applied is opened again and again.',
    loses: 'The node never comes back.',
    file: 'kvserver/src/restart-policy.ts',
    right: 'if (isFirst || instance === this.#replacedFor) return',
    wrong: 'if (instance >= 0) return',
    caughtBy: [
      byTest(policyTest, 'tries again at first, then replaces the state if others have applied it'),
      byTest(
        'unit/kvserver/supervisor',
        'replaces a state on which a command fails that others have applied',
      ),
    ],
  },
  {
    id: 'defect-destroys-data',
    mistake: 74,
    does: 'A state is set aside for an instance that no other node has applied.',
    loses: 'After a defect of the program all nodes set their states aside.',
    file: 'kvserver/src/restart-policy.ts',
    right: "return { type: 'quarantine', part: 'state', othersWith: instance, waitMsMax };",
    wrong: "return { type: 'quarantine', part: 'state' };",
    caughtBy: [
      byTest(policyTest, 'never gives up while no other has applied it, and keeps the state'),
      byTest(
        'unit/kvserver/supervisor',
        'stays closed with its data while no other has applied what fails here, and says so',
      ),
    ],
  },
  {
    id: 'state-replaced-again',
    mistake: 74,
    does: 'A node replaces its state again although that did not help.',
    loses: 'It fetches one state after the other for ever, and keeps the last two only.',
    file: 'kvserver/src/restart-policy.ts',
    right: 'if (isFirst || instance === this.#replacedFor) return',
    wrong: 'if (isFirst) return',
    caughtBy: [
      byTest(
        policyTest,
        'replaces the state once for each: if that does not help, it is the program',
      ),
    ],
  },
  {
    id: 'instance-not-named',
    mistake: 74,
    does: 'An error that shows after entries were read names no instance.',
    loses: 'The node is opened again and again, and its state is never replaced.',
    file: 'kvserver/src/state-machine/state-machine.ts',
    right: `    } catch (cause) {
      throw unappliable(cause, this.applied + 1);
    }`,
    wrong: '    } finally {\n    }',
    caughtBy: [
      byTest(
        'unit/kvserver/state-machine/state-machine',
        'names the instance at which it fails, also if an entry has to be read first',
      ),
    ],
  },
];
