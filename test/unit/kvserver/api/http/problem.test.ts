import { problemType, titleOf, toProblem } from '@paxkv/kvserver/internal/api/http/problem';
import { expect } from 'chai';

const error = { code: 'KV_NO_SUCH_KEY', outcome: 'done', message: 'The key is absent.' } as const;

describe('Problem details', () => {
  it('stand beside the error, under a type that its page explains', () => {
    expect(toProblem({ error: { ...error, requestId: 'x' } }, 404)).to.deep.equal({
      error: { ...error, requestId: 'x' },
      type: '/docs#KV_NO_SUCH_KEY',
      title: 'No such key',
      status: 404,
      detail: 'The key is absent.',
      instance: 'urn:paxkv:x',
    });
  });

  it('leave out an instance that has no name', () => {
    expect(toProblem({ error }, 404)).to.not.have.property('instance');
  });

  it('have one title for each code', () => {
    expect(titleOf('KV_BAD_REQUEST')).to.equal('Bad request');
    expect(titleOf('KV_NOT_A_COUNTER')).to.equal('Not a counter');
  });

  it('have their own content type, unless the client names others only', () => {
    for (const accept of [undefined, '*/*', 'text/html, */*;q=0.1', 'application/problem+json']) {
      expect(problemType(accept), accept).to.equal('application/problem+json');
    }
    for (const accept of ['application/json', 'text/html', '']) {
      expect(problemType(accept), accept).to.equal('application/json; charset=utf-8');
    }
  });
});
