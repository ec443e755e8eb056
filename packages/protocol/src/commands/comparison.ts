/**
 * Comparisons: the conditions of a transaction. Each compares one property of a key with a constant.
 * Source: etcd's mini-transactions; Sinfonia (Aguilera et al., 2007).
 */
import { z } from 'zod';
import { countField, keyField, valueField } from '../fields.ts';
import { type Bytes, type Row, toBytes, toCount } from '../rows.ts';

/** How the property of the key must relate to the constant. Values are compared byte by byte. */
export type Relation = '=' | '!=' | '<' | '>';

/** A property that is a number. An absent key has 0 in each of them. */
export type CountProperty = 'createRevision' | 'modRevision' | 'version';

/**
 * One comparison. An absent key has no value, so no comparison of its value holds; to ask whether a key is absent,
 * compare its `modRevision` with 0.
 */
export type Comparison =
  | {
      readonly key: Bytes;
      readonly of: CountProperty;
      readonly is: Relation;
      readonly to: number;
    }
  | {
      readonly key: Bytes;
      readonly of: 'value';
      readonly is: Relation;
      readonly to: Bytes;
    };

/** In rows a relation or a property is the place where it stands here, which never changes. */
const relations: readonly Relation[] = ['=', '!=', '<', '>'];
const countProperties: readonly CountProperty[] = ['createRevision', 'modRevision', 'version'];
const valueTag = countProperties.length;

export function comparisonToRow(comparison: Comparison): Row {
  const { key, of, is, to } = comparison;
  const property = of === 'value' ? valueTag : countProperties.indexOf(of);
  return [key, property, relations.indexOf(is), to];
}

/** @throws TooLargeError, TypeError unless `row` is exactly a comparison within its limits. */
export function comparisonFromRow(row: Row): Comparison {
  if (row.length !== 4) throw new TypeError('The row of a comparison has 4 fields.');
  const key = keyField.check(toBytes(row[0]));
  const tag = toCount(row[1]);
  const is = relations[toCount(row[2])];
  if (is === undefined) throw new TypeError('Unknown relation in a comparison.');
  if (tag === valueTag) return { key, of: 'value', is, to: valueField.check(toBytes(row[3])) };
  const of = countProperties[tag];
  if (of === undefined) throw new TypeError('Unknown property in a comparison.');
  return { key, of, is, to: toCount(row[3]) };
}

/** Decodes a comparison from a JSON body. */
export const comparisonSchema: z.ZodType<Comparison> = z.union([
  z.strictObject({
    key: keyField.json,
    of: z.enum(countProperties),
    is: z.enum(relations),
    to: countField.json,
  }),
  z.strictObject({
    key: keyField.json,
    of: z.literal('value'),
    is: z.enum(relations),
    to: valueField.json,
  }),
]);

/** The comparison in the form of JSON bodies. */
export function comparisonToJson(comparison: Comparison): object {
  const { key, of, is } = comparison;
  const to = comparison.of === 'value' ? valueField.toJson(comparison.to) : comparison.to;
  return { key: keyField.toJson(key), of, is, to };
}
