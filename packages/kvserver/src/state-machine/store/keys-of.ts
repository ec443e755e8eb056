/** The keys of the entries that a command reads or changes. They are in memory before it is applied. */
import { type Bytes, type Command, comparisonsOf, operationsOf } from '@paxkv/protocol';
import { authKey } from '../auth/auth-entry.ts';

const none: readonly Bytes[] = [];
const ofAuth: readonly Bytes[] = [authKey];

/**
 * One key for most commands, the same key more than once for some transactions, and none to open a session. Which keys a
 * command about a range or a lease concerns depends on the state.
 */
export function keysOf(command: Command): readonly Bytes[] {
  switch (command.type) {
    case 'openSession':
    case 'scan':
    case 'count':
    case 'changes':
    case 'deleteRange':
    case 'grantLease':
    case 'renewLease':
    case 'revokeLease':
      return none;
    case 'getAuth':
    case 'setAuth':
      return ofAuth;
    case 'transact':
      return Array.from([...comparisonsOf(command), ...operationsOf(command)], ({ key }) => key);
    default:
      return [command.key];
  }
}
