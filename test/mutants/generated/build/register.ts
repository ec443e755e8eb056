/** Must be imported first (`node --import`): installs the switch, and loads every mutated source. */
import { installSwitch } from './mutant-switch.ts';

const { TEST_SITE_COUNT: siteCount = '0', TEST_ACTIVE_MUTANT: active = '0' } = process.env;

installSwitch(Number(siteCount)).active = Number(active);
await import('../../patched-build/register.ts');
