import { expect } from 'chai';
import { toLineChart } from './line-chart.ts';

describe('a line chart', () => {
  const chart = {
    title: 'memory',
    shaded: { from: 5, to: 10, label: 'down' },
    xText: (x: number) => `${x} s`,
    yText: (y: number) => `${y} MiB`,
  };

  it('draws a path through the points, and interrupts it where a value is missing', () => {
    const points = [10, 20, undefined, 20].map((y, x) => ({ x: x * 5, y }));
    const svg = toLineChart({ ...chart, lines: [{ name: 'node 0', points }] });
    const path = /class="line-0" d="([^"]+)"/.exec(svg)?.[1];
    expect(path).to.match(/^M[\d.]+ [\d.]+L[\d.]+ [\d.]+M[\d.]+ [\d.]+$/);
  });

  it('names the highest value of each axis', () => {
    const points = [{ x: 15, y: 80 }];
    const svg = toLineChart({ ...chart, lines: [{ name: 'node 0', points }] });
    expect(svg).to.include('>15 s<').and.include('>80 MiB<');
  });
});
