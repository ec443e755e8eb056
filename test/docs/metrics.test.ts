/** Checks docs/metrics.md against the metrics that a server has. */
import { processMetrics } from '@paxkv/kvserver/internal/metrics/process-metrics';
import { metricSpecs } from '@paxkv/kvserver/internal/metrics/server-metrics';
import { expect } from 'chai';
import { codeIn, readPage, rowsOf, sectionOf } from './pages.ts';

describe('docs/metrics.md', () => {
  let text: string;

  before(async () => {
    text = await readPage('docs/metrics.md');
  });

  it('has each metric of the server with its type, its labels and its meaning, and no other', () => {
    const rows = rowsOf(sectionOf(text, '## Metrics of the server')).map(
      ([name = '', type, labels = '', meaning]) => [codeIn(name)[0], type, codeIn(labels), meaning],
    );
    const specs = metricSpecs.map(({ name, type, labels = [], help }) => [
      name,
      type,
      labels,
      help,
    ]);
    expect(rows).to.deep.equal(specs);
  });

  it('names metrics of the process that exist', async () => {
    const served = await processMetrics();
    const rows = rowsOf(sectionOf(text, '## Metrics of the process'));
    const names = rows.flatMap(([name = '']) => codeIn(name));
    expect(names).to.have.length.above(5);
    for (const name of names) expect(served).to.include(`# TYPE ${name} `);
  });
});
