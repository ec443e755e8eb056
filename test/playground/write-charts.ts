/** Writes the charts of docs/protocol.md: `node test/dist/playground/write-charts.js`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../docs/pages.ts';
import { documentCharts, drawChart } from './charts.ts';

for (const chart of documentCharts) {
  await writeFile(join(root, `docs/images/${chart.name}.svg`), await drawChart(chart));
}
