/** Parts of a source that no test should hold: types, and texts for people. */
import ts from 'typescript';

const logging = /(?:^|[.#])(?:log|logger)\.(?:trace|debug|info|warn|error|fatal)$/;
/** What throws: an error, or an assertion that makes one of its text. */
const thrower = /(?:Error|^assert)$/;
const textFields: ReadonlySet<string> = new Set([
  'message',
  'reason',
  'description',
  'hint',
  'title',
]);

/** Whether neither this node nor anything in it is behaviour. */
export function isNotBehaviour(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isExpressionStatement(node)) return isNotBehaviour(node.expression, checker);
  if (ts.isCallExpression(node) && isLoggingOrImport(node)) return true;
  return ts.isExpression(node) && isText(node, checker) && isForPeople(node);
}

function isLoggingOrImport({ expression }: ts.CallExpression): boolean {
  return expression.kind === ts.SyntaxKind.ImportKeyword || logging.test(expression.getText());
}

function isForPeople(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isNewExpression(parent) || ts.isCallExpression(parent)) {
    return parent.expression !== node && thrower.test(parent.expression.getText());
  }
  return ts.isPropertyAssignment(parent) && textFields.has(parent.name.getText());
}

/** Whether its type is any string, and not one of a few that are named. */
function isText(node: ts.Expression, checker: ts.TypeChecker): boolean {
  const contextual = checker.getContextualType(node) ?? checker.getTypeAtLocation(node);
  const types = contextual.isUnion() ? contextual.types : [contextual];
  return types.some(({ flags }) => (flags & ts.TypeFlags.String) !== 0);
}
