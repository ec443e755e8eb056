import { expect } from 'chai';
import { toOperations } from '../history/pairing.ts';
import { checkHistory } from './checker.ts';
import { fromDrawing } from './drawing.ts';
import { randomHistory } from './random-history.ts';
import { findOrder } from './search.ts';
import { toShortestViolation } from './shortest-violation.ts';

function explanationOf(drawing: string): string {
  const verdict = checkHistory(fromDrawing(drawing));
  return 'explanation' in verdict ? verdict.explanation : verdict.name;
}

describe('an explanation', () => {
  it('draws the operations around the point where no order exists', () => {
    const drawing = `
      [put a] [get a]  [put b ]         [get a]  [put c] [get c]
                        [get b] [get b]`;
    expect(explanationOf(drawing)).to.equal(
      [
        'key "x": no order of its operations explains the answers',
        'an order exists without the answer of operation #5',
        'the longest order ends with #0, #2; no operation fits after it',
        '  #0 process 0 put "x" "a" → ok  ├─┤',
        '  #2 process 0 put "x" "b" → ok      ├─┤',
        '  #5 process 0 get "x" → "a"             ├─┤ ✗',
      ].join('\n'),
    );
  });

  it('shows operations without an end, and every field of answers', () => {
    const drawing = `
      [append a #1 @3]
                        [put b >
                                 [delete no @4]`;
    expect(explanationOf(drawing)).to.equal(
      [
        'key "x": no order of its operations explains the answers',
        'an order exists without the answer of operation #2',
        'the longest order ends with #0; no operation fits after it',
        '  #0 process 0 append "x" "a" → length 1, revision 3  ├─┤',
        '  #1 process 1 put "x" "b" → unknown, drawn               ├─────▶',
        '  #2 process 2 delete "x" → was absent, revision 4          ├─┤ ✗',
      ].join('\n'),
    );
  });

  it('shows two answers with contradictory revisions', () => {
    expect(explanationOf('[x:put a @5] [y:put b @5]')).to.equal(
      [
        'revision 5 was used twice',
        '  #0 process 0 put "x" "a" → revision 5  ├─┤',
        '  #1 process 0 put "y" "b" → revision 5      ├─┤',
      ].join('\n'),
    );
  });

  it('stays small for a large history, and shows the write that was read', () => {
    const events = randomHistory('explained', {
      operationCount: 2000,
      clientCount: 8,
      keyCount: 1,
      unknownShare: 0,
      hasFullAnswers: true,
    });
    const end = { at: events.length, process: 0, id: 5000, key: 'key-1' };
    const verdict = checkHistory([
      ...events,
      { ...end, process: 99, type: 'invoke', request: { name: 'get' } },
      { ...end, process: 99, type: 'ok', answer: { name: 'get', value: '<0>' } },
    ]);
    const explanation = 'explanation' in verdict ? verdict.explanation : '';
    expect(explanation).to.match(/get "key-1" → "<0>" .* ✗/);
    expect(explanation).to.match(/operations before these are not shown/);
    expect(explanation.split('\n').length).to.be.below(25);
  });
});

describe('the shortest violation', () => {
  it('ends with the first answer without an explanation', () => {
    const drawing = '[put a] [get a] [get b] [put c] [get a]';
    const { culprit, operations } = toShortestViolation(toOperations(fromDrawing(drawing)));
    expect(culprit?.id).to.equal(2);
    expect(operations.map(({ id }) => id)).to.deep.equal([0, 2]);
  });

  it('omits gets without an answer', () => {
    const drawing = `
      [put a]               [get b]
              [get z !] [get z >`;
    const { operations } = toShortestViolation(toOperations(fromDrawing(drawing)));
    expect(operations.map(({ name }) => name)).to.deep.equal(['put', 'get']);
  });

  it('names no operation once the budget is spent', () => {
    const operations = toOperations(fromDrawing('[put a] [get a] [get b] [put c] [get a]'));
    expect(toShortestViolation(operations, { stepCountMax: 100 }).culprit?.id).to.equal(2);
    const part = toShortestViolation(operations, { stepCountMax: 2 });
    expect(part.culprit).to.equal(undefined);
    expect(part.operations).to.have.length.above(1);
  });

  it('keeps the gets that cause the violation', () => {
    const drawing = `
      [put a] [put b                          ]
              [get a] [get b] [get b] [get a]`;
    const { operations } = toShortestViolation(toOperations(fromDrawing(drawing)));
    const { verdict } = findOrder(operations, { stepCountMax: 1000 });
    expect(verdict).to.equal('violated');
    expect(operations.map(({ id }) => id)).to.have.members([0, 1, 4, 5]);
  });
});
