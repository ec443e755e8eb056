/** Reads expressions of Prometheus by its own grammar: which metrics they name, and with which labels. */
import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks of one metric. */
export interface Selector {
  readonly metric: string;
  /** The labels that it compares. */
  readonly labels: readonly string[];
}

export interface Expression {
  readonly selectors: readonly Selector[];
  /** The labels by which it groups or joins. */
  readonly groupings: readonly string[];
}

/** @throws Error that names the place where `text` is no expression. */
export function parseExpression(text: string): Expression {
  const selectors: { metric: string; labels: string[] }[] = [];
  const groupings: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      const content = text.slice(from, to);
      if (type.isError) throw new Error(`no expression at ${from} of ${text}`);
      if (type.name === 'VectorSelector') selectors.push({ metric: '', labels: [] });
      const last = selectors.at(-1);
      const isInSelector = node.parent?.name === 'VectorSelector';
      if (type.name === 'Identifier' && isInSelector && last) last.metric = content;
      if (type.name !== 'LabelName') return;
      const isGrouping = node.parent?.name === 'GroupingLabels';
      (isGrouping ? groupings : (last?.labels ?? [])).push(content);
    },
  });
  return { selectors, groupings };
}
