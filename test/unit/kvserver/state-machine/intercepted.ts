/** A database whose calls a test can watch, hold and fail. */
import type { StateLevel } from '@paxkv/kvserver/state-machine/state-database';

/** Stands in for a call of the database: it may make the call, or not, and give any result. */
export type Interception = (call: () => unknown, options: unknown) => unknown;

/** `level`, except that calls of a method named in `interceptions` go through there. */
export function intercepted(
  level: StateLevel,
  interceptions: Partial<Record<keyof StateLevel, Interception>>,
): StateLevel {
  const byName = new Map<string | symbol, Interception>(Object.entries(interceptions));
  return new Proxy(level, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const interception = byName.get(name);
      return (...parameters: unknown[]) => {
        const call = (): unknown => Reflect.apply(member, target, parameters);
        return interception === undefined ? call() : interception(call, parameters[1]);
      };
    },
  });
}
