import type { IncomingMessage } from 'node:http';
import {
  entityTagOf,
  holds,
  preconditionsOf,
} from '@paxkv/kvserver/internal/api/http/routes/preconditions';
import { expect } from 'chai';

const key = Buffer.from('k');

function conditionsIn(headers: IncomingMessage['headers']) {
  return preconditionsOf({ headers } as IncomingMessage, key);
}

describe('The preconditions of a request', () => {
  it('compare the revision of the last write', () => {
    expect(conditionsIn({})).to.deep.equal({ ifMatch: undefined, ifNoneMatch: undefined });
    const both = conditionsIn({ 'if-match': entityTagOf(7), 'if-none-match': '"8"' });
    expect(both).to.deep.equal({
      ifMatch: { key, of: 'modRevision', is: '=', to: 7 },
      ifNoneMatch: { key, of: 'modRevision', is: '!=', to: 8 },
    });
    expect(conditionsIn({ 'if-match': '*', 'if-none-match': '*' })).to.deep.equal({
      ifMatch: { key, of: 'modRevision', is: '>', to: 0 },
      ifNoneMatch: { key, of: 'modRevision', is: '=', to: 0 },
    });
  });

  it('hold or not, as RFC 9110 says', () => {
    const { ifMatch: is7, ifNoneMatch: isNot7 } = conditionsIn({
      'if-match': '"7"',
      'if-none-match': '"7"',
    });
    const { ifMatch: isPresent, ifNoneMatch: isAbsent } = conditionsIn({
      'if-match': '*',
      'if-none-match': '*',
    });
    const at = (revision: number) =>
      [is7, isNot7, isPresent, isAbsent, undefined].map((each) => holds(each, revision));
    expect(at(7)).to.deep.equal([true, false, true, false, true]);
    expect(at(6)).to.deep.equal([false, true, true, false, true]);
    expect(at(0)).to.deep.equal([false, true, false, true, true]);
  });

  it('are refused if they are no single strong tag of a revision', () => {
    const bad = ['', '7', '"0"', '"07"', '"a"', '""', 'W/"7"', '"1", "2"', '"7" ', '*, "7"'];
    for (const tag of [...bad, `"${'9'.repeat(16)}"`]) {
      for (const name of ['if-match', 'if-none-match']) {
        expect(() => conditionsIn({ [name]: tag }), tag)
          .to.throw()
          .that.includes({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
      }
    }
  });
});
