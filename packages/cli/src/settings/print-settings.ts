/** Prints the settings with which a command would start, and where each comes from. */
import { jsonLine, type Streams } from '../streams.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import { type Setting, type SettingTable, textOf } from './setting.ts';

/** One setting as it is printed. */
interface PrintedSetting {
  readonly name: string;
  /** Absent if the setting is off. */
  readonly text?: string;
  /** `default`, or where the value was given. */
  readonly source: string;
}

/** Prints them to standard output. `config`: the checked settings of the server, which has defaults of its own. */
export async function printSettings<T extends SettingTable>(
  settings: EffectiveSettings<T>,
  config: object,
  { streams, isJson }: { readonly streams: Streams; readonly isJson: boolean },
): Promise<void> {
  const printed = describeSettings(settings, config);
  await streams.data(isJson ? jsonLine(toConfigJson(printed)) : await toConfigText(printed));
}

function describeSettings<T extends SettingTable>(
  { table, values, places }: EffectiveSettings<T>,
  config: object,
): PrintedSetting[] {
  return Object.entries(table).map(([name, setting]) => {
    const value = Reflect.get(values, name) ?? serverValue(config, setting);
    return {
      name,
      ...(value !== undefined && { text: textOf(setting, value) }),
      source: places.get(name) ?? 'default',
    };
  });
}

/** YAML that `--config` takes, with each source as a comment. What is off is a comment as a whole. */
async function toConfigText(settings: readonly PrintedSetting[]): Promise<string> {
  const { stringify } = await import('yaml');
  const lines = settings.map(({ name, text = 'off', source }) => {
    const line =
      text === 'off' ? `# ${name}: ${text}` : stringify({ [name]: text }, yamlStyle).trim();
    return `${line} # ${source}\n`;
  });
  return lines.join('');
}

/** The same for programs: an object by name. */
function toConfigJson(settings: readonly PrintedSetting[]): object {
  const entries = settings.map(({ name, text = null, source }) => [name, { value: text, source }]);
  return { settings: Object.fromEntries(entries) };
}

/** No line is folded, so that a comment may follow. */
const yamlStyle = { schema: 'failsafe', lineWidth: 0 } as const;

function serverValue(config: object, { server }: Setting): unknown {
  let value: unknown = config;
  for (const step of server?.split('.') ?? [''])
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  return value;
}
