/** The table of settings in docs/configuration.md, as the code has them. */
import { defaultTextOf, flagOf, type Setting, variableOf } from 'paxkv/internal/settings/setting';
import { configSetting, settingTables } from 'paxkv/internal/settings/table';

export const settingsPage = 'docs/configuration.md';
const begin = '<!-- settings: written by test/docs/write-settings-table.ts -->\n';
const end = '<!-- end of settings -->\n';

/** The part of the page between the marks. @throws Error if the page has no marks. */
export function tableIn(page: string): string {
  const [start, stop] = [page.indexOf(begin), page.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`${settingsPage} has no place for the settings`);
  return page.slice(start + begin.length, stop);
}

/** The page with `table` between the marks. */
export function withTable(page: string, table: string): string {
  return page.replace(`${begin}${tableIn(page)}`, () => `${begin}${table}`);
}

/** A section for each command. */
export function settingsTable(): string {
  const sections = Object.entries(settingTables).map(([command, table]) =>
    [
      `### paxkv ${command}\n`,
      '| Name | Flag | Variable | Value | Default | What it is for |',
      '| --- | --- | --- | --- | --- | --- |',
      ...Object.entries<Setting>(table).map(([name, setting]) => toRow(name, setting)),
      ...(command === 'serve' ? [toRow('config', configSetting)] : []),
      '',
    ].join('\n'),
  );
  return `\n${sections.join('\n')}\n`;
}

function toRow(name: string, setting: Setting): string {
  const { kind, short, isRequired, help } = setting;
  const flags = [...(short === undefined ? [] : [`-${short}`]), flagOf(name)];
  const standard = isRequired ? 'required' : (defaultTextOf(setting) ?? '');
  const key = name === 'config' ? '' : `\`${name}\``;
  return `| ${[
    key,
    flags.map((flag) => `\`${flag}\``).join(', '),
    `\`${variableOf(name)}\``,
    kind.range,
    standard,
    help,
  ].join(' | ')} |`;
}
