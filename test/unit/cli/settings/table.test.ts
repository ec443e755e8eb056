import { ConfigError, parseConfig } from '@paxkv/kvserver';
import { expect } from 'chai';
import { toServerSettings } from 'paxkv/internal/settings/server-settings';
import { flagOf, type Setting } from 'paxkv/internal/settings/setting';
import { serveSettings, settingTables, sharedSettings } from 'paxkv/internal/settings/table';

describe('the tables of settings', () => {
  for (const [command, table] of Object.entries(settingTables)) {
    const entries = Object.entries<Setting>(table);

    it(`of ${command}: no two settings share a flag`, () => {
      const flags = entries.flatMap(([name, { short }]) => [flagOf(name), ...(short ?? [])]);
      expect(new Set(flags).size).to.equal(flags.length);
      expect(flags).to.not.include('--config').and.not.include('--print-config');
    });

    it(`of ${command}: a default is a value of its kind, or else the server has one`, () => {
      for (const [name, { kind, default: value, defaultText, isRequired }] of entries) {
        expect(
          [isRequired, value, defaultText].filter((one) => one !== undefined),
          name,
        ).to.have.lengthOf(1);
        if (value !== undefined) expect(kind.parse(kind.format(value)), name).to.equal(value);
      }
    });
  }

  for (const [name, { server = 'none', contentOf }] of Object.entries<Setting>(serveSettings)) {
    if (contentOf !== undefined) continue;
    it(`of serve: the server knows ${name}`, () => {
      const values = { [name]: { is: 'no value' } } as never;
      const given = toServerSettings({ table: serveSettings, values });
      expect(() => parseConfig(given)).to.throw(ConfigError, `${server}: Invalid`);
    });
  }

  it('of cluster: hands on to its nodes only what serve takes', () => {
    expect(serveSettings).to.include(sharedSettings);
  });
});
