/** The files that hold the secret of the cluster, and the key and certificates of a node. */
import type { CredentialFiles } from '../credential-reload.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import { toServerSettings } from './server-settings.ts';
import type { Setting, SettingTable } from './setting.ts';

/** The files among the settings whose content is a setting of the server; `undefined` if none is named. */
export function credentialFiles<T extends SettingTable>({
  table,
  values,
}: Pick<EffectiveSettings<T>, 'table' | 'values'>): CredentialFiles | undefined {
  const files = Object.entries<Setting>(table).filter(([, { contentOf }]) => contentOf);
  const paths = files.flatMap(([name]) => {
    const path: unknown = Reflect.get(values, name);
    return typeof path === 'string' ? [path] : [];
  });
  if (paths.length === 0) return undefined;
  const settings = { table: Object.fromEntries(files), values: values as never };
  return { paths, read: () => toServerSettings(settings) };
}
