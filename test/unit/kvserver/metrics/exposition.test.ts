import { DurationHistogram } from '@paxkv/kvserver/internal/metrics/duration-histogram';
import { Exposition } from '@paxkv/kvserver/internal/metrics/exposition';
import type { MetricSpec } from '@paxkv/kvserver/internal/metrics/metric-spec';
import { expect } from 'chai';

interface Weather {
  readonly degrees: number | undefined;
  readonly showers: DurationHistogram;
}

const specs: readonly MetricSpec<Weather>[] = [
  {
    name: 'weather_degrees',
    type: 'gauge',
    help: 'How warm it is',
    read: ({ degrees }) => degrees,
  },
  {
    name: 'weather_storms_total',
    type: 'counter',
    help: 'Storms so far',
    labels: ['coast'],
    read: () => [
      { labels: { coast: 'north "shore"' }, value: 2 },
      { labels: { coast: 'south' }, value: 0 },
    ],
  },
  {
    name: 'weather_shower_seconds',
    type: 'histogram',
    help: 'How long showers took',
    labels: ['coast'],
    read: ({ showers: { reading } }) => [{ labels: { coast: 'south' }, reading }],
  },
];

describe('Exposition', () => {
  let weather: Weather;
  let reads: number;
  let exposition: Exposition<Weather>;

  beforeEach(() => {
    weather = { degrees: 21.5, showers: new DurationHistogram([1, 60]) };
    reads = 0;
    exposition = new Exposition(specs, () => {
      reads += 1;
      return weather;
    });
  });

  it('names the type that Prometheus reads', () => {
    expect(exposition.contentType).to.match(/^text\/plain; version=0\.0\.4/);
  });

  it('says name, help, type and value of each metric', async () => {
    const text = await exposition.text();
    expect(text).to.include(
      '# HELP weather_degrees How warm it is\n# TYPE weather_degrees gauge\nweather_degrees 21.5\n',
    );
  });

  it('escapes the values of labels', async () => {
    const text = await exposition.text();
    expect(text).to.include('# TYPE weather_storms_total counter\n');
    expect(text).to.include('weather_storms_total{coast="north \\"shore\\""} 2\n');
    expect(text).to.include('weather_storms_total{coast="south"} 0\n');
  });

  it('writes the buckets, the sum and the count of a histogram', async () => {
    weather.showers.observe(500);
    weather.showers.observe(90_000);
    const lines = (await exposition.text()).split('\n').filter((line) => /shower/.test(line));
    expect(lines).to.deep.equal([
      '# HELP weather_shower_seconds How long showers took',
      '# TYPE weather_shower_seconds histogram',
      'weather_shower_seconds_bucket{coast="south",le="1"} 1',
      'weather_shower_seconds_bucket{coast="south",le="60"} 1',
      'weather_shower_seconds_bucket{coast="south",le="+Inf"} 2',
      'weather_shower_seconds_sum{coast="south"} 90.5',
      'weather_shower_seconds_count{coast="south"} 2',
    ]);
  });

  it('has no sample where nothing is known', async () => {
    weather = { ...weather, degrees: undefined };
    expect(await exposition.text()).not.to.match(/^weather_degrees/m);
  });

  it('reads the facts once for each scrape, and not before', async () => {
    expect(reads).to.equal(0);
    await exposition.text();
    weather = { ...weather, degrees: 3 };
    expect(await exposition.text()).to.include('weather_degrees 3\n');
    expect(reads).to.equal(2);
  });
});
