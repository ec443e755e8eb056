import { expect } from 'chai';
import { toOperations } from '../history/pairing.ts';
import { fromDrawing } from './drawing.ts';
import { Foresight } from './foresight.ts';
import { initialState, type State } from './model.ts';
import { findOrder } from './search.ts';

function valued(value: string | undefined): State {
  return { ...initialState, value, byteCount: value?.length ?? 0 };
}

/** Looks ahead after operations were taken by their numbers; the last one led to `value`. */
function permits(drawing: string, taken: readonly number[], value?: string): boolean {
  const foresight = new Foresight(toOperations(fromDrawing(drawing)));
  for (const number of taken) foresight.note(number, true);
  return foresight.permits(taken.at(-1) ?? 0, valued(value));
}

describe('Foresight', () => {
  it('rules out a value that is no beginning of one still to be read, if nothing can start that anew', () => {
    const drawing = '[put a] [append b] [append c] [get ab]';
    expect(permits(drawing, [0, 1], 'ab')).to.equal(true);
    expect(permits(drawing, [0, 2], 'ac')).to.equal(false);
    expect(permits(drawing, [0, 1, 2], 'abc')).to.equal(false);
    expect(permits(drawing, [0, 1, 3, 2], 'abc'), 'it was read').to.equal(true);
  });

  it('rules out a put while a value of the one before is still to be read', () => {
    expect(permits('[put a] [put b] [get a]', [0, 1], 'b')).to.equal(false);
    expect(permits('[put a] [put b] [get a] [put a]', [0, 1], 'b')).to.equal(true);
  });

  it('rules out an append at a place where it is no part of the values that contain it', () => {
    const drawing = '[append a] [put b] [append c] [get bc] [put d]';
    expect(permits(drawing, [0], 'a')).to.equal(true);
    expect(permits(drawing, [0, 2], 'ac')).to.equal(false);
  });

  it('lets a delete start a value only if no put must', () => {
    expect(permits('[append a] [append b] [append a] [get a] [delete]', [0, 1], 'ab')).to.equal(
      true,
    );
    expect(permits('[put a] [append b] [get a] [delete]', [0, 1], 'ab')).to.equal(false);
    expect(permits('[put a] [get -] [delete]', [0], 'a')).to.equal(true);
    expect(permits('[put a] [get -] [delete no]', [0], 'a')).to.equal(false);
  });

  it('rules out everything if a get read what no writes make up', () => {
    expect(permits('[put a] [get z]', [0], 'a')).to.equal(false);
  });

  it('rules out nothing where increments change values', () => {
    expect(permits('[put 1] [increment 1] [get 2]', [0], '1')).to.equal(true);
  });

  it('knows values that nobody reads any more', () => {
    const foresight = new Foresight(
      toOperations(fromDrawing('[put a] [append b] [get ab] [put c]')),
    );
    expect(foresight.isUnread(valued('a'))).to.equal(false);
    expect(foresight.isUnread(valued('c'))).to.equal(true);
    expect(foresight.isUnread(valued(undefined))).to.equal(false);
    foresight.note(2, true);
    expect(foresight.isUnread(valued('a'))).to.equal(true);
    foresight.note(2, false);
    expect(foresight.isUnread(valued('a'))).to.equal(false);
  });

  it('saves most of the steps of a search among many concurrent appends', () => {
    const appends = Array.from({ length: 9 }, (_, number) => `[append ${number}`.padEnd(13, ' '));
    const drawing = `${appends.join(']\n')}]\n                  [get 876543210] [put x] [get 0]`;
    const operations = toOperations(fromDrawing(drawing));
    const budget = { stepCountMax: 5_000 };
    const blind = findOrder(operations, budget, { hasForesight: false });
    const { verdict, stepCount } = findOrder(operations, budget);
    expect(blind.verdict).to.equal('unknown');
    expect(verdict).to.equal('violated');
    expect(stepCount).to.be.below(100);
  });
});
