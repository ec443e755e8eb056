/** Writes the table of settings into its page. Run it after a change of the table in the code. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPage, root } from './pages.ts';
import { settingsPage, settingsTable, withTable } from './settings-table.ts';

const page = await readPage(settingsPage);
await writeFile(join(root, settingsPage), withTable(page, settingsTable()));
