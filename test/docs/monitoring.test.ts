/** Checks the dashboard and the alerts of deploy/ against the metrics that a server serves. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processMetrics } from '@paxkv/kvserver/internal/metrics/process-metrics';
import { metricSpecs } from '@paxkv/kvserver/internal/metrics/server-metrics';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readPage, root } from './pages.ts';
import { parseExpression } from './promql.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly h: number;
    readonly w: number;
    readonly x: number;
    readonly y: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const run = promisify(execFile);
const dashboardFile = 'deploy/grafana/paxkv.json';
const alertsFile = 'deploy/prometheus/alerts.yaml';

/** Labels that Prometheus itself adds, or that histograms have. */
const addedLabels = ['job', 'instance', 'le'];

/** The labels of each metric that may be asked for, by name. */
async function servedMetrics(): Promise<ReadonlyMap<string, readonly string[]>> {
  const served = new Map<string, readonly string[]>([['up', []]]);
  for (const { name, type, labels = [] } of metricSpecs) {
    const endings = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const ending of endings) served.set(name + ending, labels);
  }
  for (const [, name = '', labels = ''] of (await processMetrics()).matchAll(
    /^([a-z0-9_]+)(?:\{(.*)\})? /gm,
  )) {
    served.set(
      name,
      [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
    );
  }
  // Node collects no garbage before the first scrape of a short test.
  for (const ending of ['_bucket', '_sum', '_count']) {
    served.set(`nodejs_gc_duration_seconds${ending}`, ['kind']);
  }
  return served;
}

/** What is wrong with an expression. */
function problemsOf(text: string, served: ReadonlyMap<string, readonly string[]>): string[] {
  const { selectors, groupings } = parseExpression(text);
  if (selectors.length === 0) return [`${text}: names no metric`];
  const known = new Set(selectors.flatMap(({ metric }) => served.get(metric) ?? []));
  return [
    ...selectors.flatMap(({ metric, labels }) => {
      const has = served.get(metric);
      if (has === undefined) return [`${metric}: no such metric`];
      const unknown = labels.filter((label) => ![...has, ...addedLabels].includes(label));
      return unknown.map((label) => `${metric} has no label ${label}`);
    }),
    ...groupings
      .filter((label) => !known.has(label) && !addedLabels.includes(label))
      .map((label) => `${text}: no metric of it has ${label}`),
  ];
}

describe('the alerts of Prometheus', () => {
  let alerts: readonly Alert[];
  let served: ReadonlyMap<string, readonly string[]>;

  before(async () => {
    const file: { groups: { rules: Alert[] }[] } = parse(await readPage(alertsFile));
    alerts = file.groups.flatMap(({ rules }) => rules);
    served = await servedMetrics();
    expect(alerts).to.have.length.above(10);
  });

  it('ask only for metrics and labels that are served', () => {
    expect(alerts.flatMap(({ expr }) => problemsOf(expr, served))).to.deep.equal([]);
  });

  it('have a name, a severity, a summary and a section of the runbook each', async () => {
    expect(new Set(alerts.map(({ alert }) => alert))).to.have.property('size', alerts.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(alert).to.match(/^Paxkv[A-Z]\w+$/);
      expect(labels.severity, alert).to.be.oneOf(['page', 'ticket']);
      expect(annotations.summary, alert).to.be.a('string').that.is.not.empty;
      const [page = '', anchor = ''] = annotations.runbook.split('#');
      const headings = [...(await readPage(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(headings, alert).to.include(anchor);
    }
  });

  it('use labels in their texts that their expressions leave', () => {
    for (const { alert, expr, annotations } of alerts) {
      const { selectors, groupings } = parseExpression(expr);
      const left =
        groupings.length > 0
          ? groupings
          : [...addedLabels, ...selectors.flatMap(({ metric }) => served.get(metric) ?? [])];
      const text = Object.values(annotations).join(' ');
      for (const [, label] of text.matchAll(/\$labels\.(\w+)/g))
        expect(left, alert).to.include(label);
    }
  });

  it('are rules for promtool', async function () {
    const hasTool = await run('promtool', ['--version']).then(
      () => true,
      () => false,
    );
    // Debian's package `prometheus` has it. The grammar above covers the expressions without it.
    if (!hasTool) this.skip();
    const { stdout } = await run('promtool', ['check', 'rules', join(root, alertsFile)]);
    expect(stdout).to.include(`SUCCESS: ${alerts.length} rules found`);
  });
});

describe('the dashboard of Grafana', () => {
  let dashboard: Dashboard;
  let panels: readonly Panel[];

  before(async () => {
    dashboard = JSON.parse(await readPage(dashboardFile));
    panels = dashboard.panels.filter(({ type }) => type !== 'row');
  });

  it('asks only for metrics and labels that are served', async () => {
    const served = await servedMetrics();
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions).to.have.length.above(30);
    // Grafana replaces its variables before Prometheus reads the expression.
    const plain = expressions.map((text) => text.replaceAll('$__rate_interval', '1m'));
    expect(plain.flatMap((text) => problemsOf(text, served))).to.deep.equal([]);
  });

  it('uses only variables that it declares', () => {
    const declared = dashboard.templating.list.map(({ name }) => name);
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(
      ([, name = '']) => name,
    );
    expect(used.filter((name) => ![...declared, '__rate_interval'].includes(name))).to.deep.equal(
      [],
    );
  });

  it('uses labels in legends that its expressions leave', () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr, legendFormat } of targets) {
        const { groupings } = parseExpression(expr.replaceAll('$__rate_interval', '1m'));
        const isJoin = expr.includes(' / on ');
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          if (groupings.length > 0 || isJoin) expect(groupings, title).to.include(label);
        }
      }
    }
  });

  it('has panels with ids of their own that do not overlap', () => {
    const all = dashboard.panels;
    expect(new Set(all.map(({ id }) => id))).to.have.property('size', all.length);
    const cells = all.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells)).to.have.property('size', cells.length);
    for (const {
      gridPos: { w, x },
    } of all)
      expect(x + w).to.be.at.most(24);
  });
});
