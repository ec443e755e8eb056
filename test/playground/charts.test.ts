import { expect } from 'chai';
import { readPage } from '../docs/pages.ts';
import { documentCharts, drawChart } from './charts.ts';

describe('the charts of docs/protocol.md', () => {
  for (const chart of documentCharts) {
    it(`are those of real runs, else write them anew (test/playground/write-charts.ts): ${chart.name}`, async () => {
      expect(await readPage(`docs/images/${chart.name}.svg`)).to.equal(await drawChart(chart));
      expect(await readPage('docs/protocol.md')).to.contain(`](images/${chart.name}.svg)`);
    });
  }
});
