/** Numbers that are off by one, and texts and lists that are empty. */
import ts from 'typescript';
import { type Context, isAnyString, type Mutation, replaced } from './operator.ts';

/** Names of durations. A duration that is off by a millisecond breaks no rule; one that is ten times as long does. */
const duration = /(?:Ms|MsMin|MsMax|Seconds)$/;

export function wrongNumber(node: ts.Node): readonly Mutation[] {
  if (!ts.isNumericLiteral(node) && !ts.isBigIntLiteral(node)) return [];
  if (
    ts.isLiteralTypeNode(node.parent) ||
    (ts.isPropertyAssignment(node.parent) && node.parent.name === node)
  )
    return [];
  const text = node.getText();
  if (isDuration(node))
    return replaced(...(Number(text) === 0 ? ['1000'] : ['0', `(10 * ${text})`]));
  if (ts.isBigIntLiteral(node)) return replaced(`(${text} + 1n)`);
  const value = Number(node.text);
  if (isNegated(node)) return replaced(`${value - 1}`);
  return value === 0 ? replaced('1') : replaced(`${value + 1}`, `${value - 1}`);
}

/** −1 stands for none. What is less would stand for none as well. */
function isNegated({ parent }: ts.Node): boolean {
  return ts.isPrefixUnaryExpression(parent) && parent.operator === ts.SyntaxKind.MinusToken;
}

export function emptiedText(node: ts.Node, context: Context): readonly Mutation[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    if (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)) return [];
    if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return [];
    if (isCompared(node) || !isAnyString(node, context)) return [];
    return replaced(node.text === '' ? "'mutated'" : "''");
  }
  return ts.isTemplateExpression(node) ? replaced("''") : [];
}

export function emptiedList(node: ts.Node): readonly Mutation[] {
  return ts.isArrayLiteralExpression(node) && node.elements.length > 0 && !isTarget(node)
    ? replaced('[]')
    : [];
}

function isDuration(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent)) {
    return duration.test(parent.name.getText());
  }
  return ts.isPropertyAssignment(parent) && duration.test(parent.name.getText());
}

/** A comparison with a text is tried the other way round already. */
function isCompared({ parent }: ts.Node): boolean {
  return (
    ts.isCaseClause(parent) ||
    (ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText()))
  );
}

/** The left side of an assignment that takes a list apart. */
function isTarget({ parent }: ts.Node): boolean {
  return (
    (ts.isBinaryExpression(parent) &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isArrayLiteralExpression(parent.left)) ||
    ts.isForOfStatement(parent)
  );
}
