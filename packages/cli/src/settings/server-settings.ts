/** Hands settings on: to the server in this process, or to the command line of another. */
import type { EffectiveSettings } from './effective-settings.ts';
import { flagOf, type SettingTable } from './setting.ts';

/** The settings of the server, which checks them. Those that are absent are left to its defaults. */
export function toServerSettings<T extends SettingTable>({
  table,
  values,
}: Pick<EffectiveSettings<T>, 'table' | 'values'>): object {
  const settings: Record<string, unknown> = {};
  for (const [name, { server }] of Object.entries(table)) {
    const value: unknown = Reflect.get(values, name);
    if (server !== undefined && value !== undefined) put(settings, server.split('.'), value);
  }
  return settings;
}

function put(settings: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    settings[first] = value;
    return;
  }
  const inner = (settings[first] ?? {}) as Record<string, unknown>;
  put(inner, rest, value);
  settings[first] = inner;
}

/** The flags of the settings that were given, for `serve` in another process. A switch has its value too. */
export function toArguments<T extends SettingTable>(
  table: T,
  { values, places }: Pick<EffectiveSettings<SettingTable>, 'values' | 'places'>,
): string[] {
  return Object.entries(table)
    .filter(([name]) => places.has(name))
    .flatMap(([name, { kind }]) => [flagOf(name), kind.format(Reflect.get(values, name))]);
}

/**
 * Names the place where a setting was given instead of the server's name for it: `nodeId: 3 is not …` becomes
 * `PAXKV_NODE: 3 is not …`.
 */
export function toPlaceProblem<T extends SettingTable>(
  problem: string,
  { table, places }: Pick<EffectiveSettings<T>, 'table' | 'places'>,
): string {
  for (const [name, { server }] of Object.entries(table)) {
    if (server === undefined || !problem.startsWith(server)) continue;
    const rest = /^(?:\.\d+)?(:.*)$/s.exec(problem.slice(server.length))?.[1];
    if (rest !== undefined) return `${places.get(name) ?? flagOf(name)}${rest}`;
  }
  return problem;
}
