/** Hands settings on: to the server in this process, or to the command line of another. */
import type { EffectiveSettings } from './effective-settings.ts';
import { flagOf, type Setting, type SettingTable } from './setting.ts';
import { readSettingFile } from './setting-file.ts';

/**
 * The settings of the server, which checks them. Those that are absent are left to its defaults.
 *
 * @throws CliError `CLI_USAGE` if a file that is named among them cannot be read.
 */
export function toServerSettings<T extends SettingTable>({
  table,
  values,
}: Pick<EffectiveSettings<T>, 'table' | 'values'>): object {
  const settings: Record<string, unknown> = {};
  for (const [name, { server, contentOf }] of Object.entries<Setting>(table)) {
    const value: unknown = Reflect.get(values, name);
    if (server !== undefined && value !== undefined) put(settings, server.split('.'), value);
    if (contentOf !== undefined && typeof value === 'string') {
      const content = readSettingFile(value, contentOf.isPrivate === true);
      put(settings, contentOf.server.split('.'), content);
    }
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
  for (const [name, setting] of Object.entries<Setting>(table)) {
    const server = setting.server ?? setting.contentOf?.server;
    if (server === undefined || !problem.startsWith(server)) continue;
    const rest = /^(?:\.\d+)?(:.*)$/s.exec(problem.slice(server.length))?.[1];
    if (rest !== undefined) return `${places.get(name) ?? flagOf(name)}${rest}`;
  }
  return problem;
}
