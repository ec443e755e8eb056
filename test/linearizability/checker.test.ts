/** Hand-made histories, for which it is easy to see whether they are linearizable. */
import { expect } from 'chai';
import { toOperations } from '../history/pairing.ts';
import { isExplainable } from './brute-force.ts';
import { assertLinearizable, checkHistory } from './checker.ts';
import { fromDrawing } from './drawing.ts';

const linearizable: Readonly<Record<string, string>> = {
  'of nothing': '',
  'of one client that reads what it wrote': '[get -] [put a] [get a] [append b] [get ab]',
  'where a read beside a write sees it already': `
    [put a]  [put b       ]
                 [get b]`,
  'where a read beside a write does not see it yet': `
    [put a]  [put b       ]
                 [get a]`,
  'where two concurrent writes take effect in one order': `
    [put a   ]  [get a]
      [put b  ]         [get a]`,
  'where the same two take effect in the other order': `
    [put a   ]  [get b]
      [put b  ]         [get b]`,
  'where a read returns before the write it saw': `
    [put a                    ]
       [get -]  [get a] [get a]`,
  'where operations that share a column are concurrent': `
    [put a]
          [get -]`,
  'where a write of unknown outcome never took effect': `
    [put a] [put b >
                    [get a] [get a]`,
  'where it took effect late': `
    [put a] [put b >
                    [get a] [get b] [get b]`,
  'where it took effect after a later write': `
    [put b >
             [put a] [get a] [get b]`,
  'where two of unknown outcome took effect in the order that explains the reads': `
    [append a >
    [append b >
               [get -] [get b] [get ba]`,
  'where a delete of unknown outcome comes between two puts': `
    [put a]       [get a]  [get -]  [put c] [get c]
            [delete >`,
  'where a failed write is never seen': `
    [put a] [put b !] [get a]`,
  'where a get without an answer is left out': `
    [put a] [get z !] [get a]`,
  'where an open get is left out': `
    [put a]        [get a]
           [get z >`,
  'where the answers of deletes show their order': `
    [put a]  [delete yes  ]
              [delete no ]    [get -]`,
  'where lengths show the order of appends': `
    [append aa #3  ]
     [append b #1 ]   [get baa]`,
  'where increments show their order': `
    [increment 1 =3 ]  [get 3]
    [increment 2 =2 ]           [put 9] [increment -4 =5]`,
  'where two increments of unknown outcome took effect before what is read': `
    [increment 5 >
    [increment 2 >
                   [get -] [get 7] [append 0 #2] [increment 1 =71]`,
  'where an increment of unknown outcome took effect once there was a counter': `
    [put a] [increment 1 >
                           [get a] [delete yes] [get -] [get 1]`,
  'where an absent key counts as empty': '[delete no] [append b #1] [delete yes] [append c #1]',
  'of two keys that know nothing of each other': `
    [x:put a] [y:get -]
    [y:put b            ]  [x:get a] [y:get b]`,
  'where revisions show the order of writes': `
    [put a @2 ]  [get b @3]
     [put b @3 ]`,
  'where other keys took the revisions between': '[put a @1] [y:put c @2] [put b @7] [get b @7]',
  'where a read returns the revision of a write of unknown outcome': `
    [put a @1]          [get b @3] [put c @4]
               [put b >`,
  'where a delete of an absent key returns the unchanged revision': `
    [put a @1] [delete yes @2] [delete no @2] [put b @3]`,
  'where a delete of nothing fits at once by its answer, but by its revision later': `
    [delete no @2]   [delete no @2]
    [put a]
    [delete >`,
};

const violated: Readonly<Record<string, string>> = {
  'a read that misses a write before it': '[put a] [get -]',
  'a read of the value before the last': '[put a] [put b] [get a]',
  'a read of what nobody wrote': '[put a] [get b]',
  'a read that returned before the write was called': '[get a] [put a]',
  'new then old, with the write still under way (Lamport: regular, not atomic)': `
    [put a] [put b                  ]
             [get b] [get a]`,
  'two readers that see two writes in different orders': `
    [put a                       ]
     [put b                     ]
      [get a]  [get b] [get a]`,
  'a sequentially consistent order that real time forbids': `
    [put a]
             [put b]
                      [get a] [get b]`,
  'a write that is seen, not seen, and seen again': `
    [put a >
             [get a] [get -] [get a]`,
  'a failed write that is seen': '[put a] [put b !] [get b]',
  'a lost append': `
    [append a]   [append b]   [get b]`,
  'an append that took effect twice': '[append a] [get aa]',
  'an append of unknown outcome that took effect twice': `
    [append a >
               [get a] [append b] [get aba]`,
  'appends against their order in time': '[append a] [append b] [get ba]',
  'a deleted value that is back': '[put a] [delete] [get a]',
  'a delete that lost its race and says it did not': `
    [put a]  [delete yes  ]
              [delete yes ]`,
  'a delete that found nothing where something was': '[put a] [delete no]',
  'a length that does not fit': '[append aa #2] [append b #2]',
  'a lost increment': '[increment 1 =1] [increment 1 =1]',
  'an increment that took effect twice': '[increment 1] [get 2]',
  'an increment of what is no counter': '[put a] [increment 1]',
  'an increment of unknown outcome that took effect twice': `
    [increment 1 >
                  [get 1] [put 5] [get 6]`,
  'a counter that goes back': `
    [increment 1 =1]  [increment 1 =2]
                      [get 2] [get 1 ]`,
  'one bad key among good ones': `
    [x:put a] [x:get a]
    [y:put a] [y:get b]`,
  'a delete of unknown outcome seen and taken back': `
    [put a] [delete >
                     [get -] [get a]`,
  'a revision that does not belong to the value': `
    [put a @2 ]  [get b @2]
     [put b @3 ]`,
  'revisions against the order of the values': `
    [put a @3 ]  [get b @2]
     [put b @2 ]`,
  'revisions against real time': '[put a @2] [put b @1]',
  'one revision for two writes': `
    [put a @2 ] [get b]
    [put b @2 ]`,
  'one revision for two keys': `
    [x:put a @2 ]
    [y:put b @2 ]`,
  'a revision below one known from another key': '[x:put a @5] [y:put b @4]',
  'a revision that is read of another key': `
    [x:put a @5] [y:get b @5]
    [y:put b >`,
  'no room for a write between two revisions': `
    [put a @1]               [put c @2]
              [put b >
                   [get b] [get b]          [get c]`,
};

const small = { ...linearizable, ...violated };

describe('the checker', () => {
  for (const [claim, drawing] of Object.entries(linearizable)) {
    it(`accepts a history ${claim}`, () => {
      expect(checkHistory(fromDrawing(drawing))).to.have.property('name', 'linearizable');
    });
  }

  for (const [claim, drawing] of Object.entries(violated)) {
    it(`refuses ${claim}`, () => {
      expect(checkHistory(fromDrawing(drawing))).to.have.property('name', 'violated');
    });
  }

  it('agrees with brute force on each of these with one key', () => {
    const ofOneKey = Object.values(small).filter((drawing) => !/[xy]:/.test(drawing));
    expect(ofOneKey).to.have.length.above(30);
    for (const drawing of ofOneKey) {
      const isViolated = Object.values(violated).includes(drawing);
      expect(isExplainable(toOperations(fromDrawing(drawing))), drawing).to.equal(!isViolated);
    }
  });

  it('returns unknown once its budget is spent', () => {
    const events = fromDrawing('[put a] [get a] [get a] [put b] [get b]');
    expect(checkHistory(events, { stepCountMax: 5 })).to.have.property('name', 'linearizable');
    expect(checkHistory(events, { stepCountMax: 4 })).to.deep.equal({
      name: 'unknown',
      key: 'x',
      explanation: 'key "x": no verdict after 4 steps (5 operations, 0 of them open)',
    });
  });

  it('returns violated for one key, though another is unknown', () => {
    const events = fromDrawing(`
      [a:put 1] [a:get 1] [a:put 2] [a:get 2]
      [b:get 1]`);
    expect(checkHistory(events, { stepCountMax: 2 })).to.include({ name: 'violated', key: 'b' });
  });

  it('counts operations and keys', () => {
    expect(checkHistory(fromDrawing('[x:put a] [y:put b] [x:get a]'))).to.deep.equal({
      name: 'linearizable',
      operationCount: 3,
      keyCount: 2,
      stepCount: 3,
    });
  });

  it('throws the explanation in assertions', () => {
    expect(() => assertLinearizable(fromDrawing('[put a] [get a]'))).not.to.throw();
    expect(() => assertLinearizable(fromDrawing('[put a] [get b]'))).to.throw(
      /^violated: key "x": no order/,
    );
  });
});
