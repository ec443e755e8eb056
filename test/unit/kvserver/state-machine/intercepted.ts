/** A database whose calls a test can observe, delay and fail. */
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';

/** Replaces a call of the database: it may make the call, or not, and return any result. */
export type Interception = (call: () => unknown, options: unknown) => unknown;

/** A batch that is built up normally, with its writing intercepted. */
function interceptedBatch(batch: object, interception: Interception): object {
  return new Proxy(batch, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) => {
        const call = (): unknown => Reflect.apply(member, target, parameters);
        return name === 'write' ? interception(call, parameters[0]) : call();
      };
    },
  });
}

/** `level` with the calls of the methods named in `interceptions` intercepted. */
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
        if (interception === undefined) return call();
        const isBegun = name === 'batch' && parameters.length === 0;
        if (isBegun) return interceptedBatch(Object(call()), interception);
        return interception(call, parameters[1]);
      };
    },
  });
}
