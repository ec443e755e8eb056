/** Two arguments or two fields of the same type that are taken for each other, and fields that are left out. */
import ts from 'typescript';
import { type Context, isSwappable, type Mutation, replaced } from './operator.ts';

/** Calls whose arguments have no order. */
const unordered: ReadonlySet<string> = new Set(['Math.max', 'Math.min', 'isSameBallot']);

export function swappedArguments(node: ts.Node, context: Context): readonly Mutation[] {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return [];
  const given = [...(node.arguments ?? [])];
  if (unordered.has(node.expression.getText())) return [];
  const start = node.getStart();
  return given.flatMap((argument, index) => {
    const next = given[index + 1];
    if (next === undefined || ts.isSpreadElement(argument) || ts.isSpreadElement(next)) return [];
    if (!isSwappable(argument, next, context)) return [];
    return replaced(swapped(node.getText(), start, [argument, next]));
  });
}

export function swappedFields(node: ts.Node, context: Context): readonly Mutation[] {
  if (!ts.isObjectLiteralExpression(node)) return [];
  const fields = node.properties.flatMap((property) => toField(property) ?? []);
  return fields.flatMap((field, index) => {
    const other = fields
      .slice(index + 1)
      .find(({ value }) => isSwappable(field.value, value, context));
    if (other === undefined) return [];
    const texts = node.properties.map((property) => {
      if (property === field.property) return `${field.name}: ${other.value.getText()}`;
      if (property === other.property) return `${other.name}: ${field.value.getText()}`;
      return property.getText();
    });
    return replaced(`{ ${texts.join(', ')} }`);
  });
}

/** Fields that may be absent. */
export function droppedField(node: ts.Node, { checker }: Context): readonly Mutation[] {
  if (!ts.isObjectLiteralExpression(node)) return [];
  const type = checker.getContextualType(node);
  return node.properties.flatMap((property) => {
    const name = property.name?.getText();
    const symbol = name === undefined ? undefined : type?.getProperty(name);
    if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Optional) === 0) return [];
    const rest = node.properties.filter((other) => other !== property);
    return replaced(`{ ${rest.map((other) => other.getText()).join(', ')} }`);
  });
}

interface Field {
  readonly property: ts.ObjectLiteralElementLike;
  readonly name: string;
  readonly value: ts.Expression;
}

function toField(property: ts.ObjectLiteralElementLike): Field | undefined {
  if (ts.isShorthandPropertyAssignment(property)) {
    return { property, name: property.name.text, value: property.name };
  }
  if (!ts.isPropertyAssignment(property)) return undefined;
  return { property, name: property.name.getText(), value: property.initializer };
}

function swapped(text: string, start: number, [a, b]: readonly [ts.Node, ts.Node]): string {
  const [aStart, aEnd, bStart, bEnd] = [a.getStart(), a.end, b.getStart(), b.end];
  const between = text.slice(aEnd - start, bStart - start);
  const head = text.slice(0, aStart - start);
  return `${head}${b.getText()}${between}${a.getText()}${text.slice(bEnd - start)}`;
}
