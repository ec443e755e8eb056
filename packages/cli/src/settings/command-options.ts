/** The options of a command that has settings, as the parser of command lines needs them. */
import { type Command, Option } from 'commander';
import { yesOrNo } from './kinds.ts';
import { defaultTextOf, flagOf, type Setting, type SettingTable, variableOf } from './setting.ts';
import { configSetting } from './table.ts';

/** The options besides the settings themselves. */
export const otherNames = { config: 'config', printConfig: 'printConfig' } as const;

/** Adds an option for each setting, `--config` and `--print-config`. */
export function addSettings(command: Command, table: SettingTable): void {
  for (const [name, setting] of Object.entries(table)) {
    for (const option of toOptions(name, setting)) command.addOption(option);
  }
  for (const option of toOptions(otherNames.config, configSetting)) command.addOption(option);
  command.option(
    flagOf(otherNames.printConfig),
    'check the settings, print them with the source of each, and start nothing',
  );
}

function toOptions(name: string, setting: Setting): Option[] {
  const { kind, short, placeholder } = setting;
  const flag = flagOf(name);
  const variable = variableOf(name);
  const text = toHelp(setting);
  if (kind === yesOrNo) return toSwitch(setting, { flag, variable, text });
  const start = short === undefined ? '' : `-${short}, `;
  const option = new Option(`${start}${flag} <${placeholder}>`, text).env(variable);
  return [option.argParser(kind.parse)];
}

interface Names {
  readonly flag: string;
  readonly variable: string;
  readonly text: string;
}

/** Help shows the flag that changes the default. The environment gives a value, for which there is the other. */
function toSwitch(setting: Setting, { flag, variable, text }: Names): Option[] {
  const positive = new Option(`${flag} [yes|no]`, text)
    .env(variable)
    .preset('yes')
    .argParser(yesOrNo.parse);
  if (setting.default !== true) return [positive];
  const negative = new Option(flag.replace('--', '--no-'), `do not ${text} (env: ${variable}=no)`);
  return [negative, positive.hideHelp()];
}

function toHelp(setting: Setting): string {
  const { kind, help, isRequired } = setting;
  if (kind === yesOrNo) return help;
  const standard = defaultTextOf(setting);
  const more = standard === undefined ? '' : `; default ${standard}`;
  return `${isRequired ? 'required: ' : ''}${help} (${kind.range}${more})`;
}
