import { Readable } from 'node:stream';
import { allOperations, openApiDocument } from '@paxkv/kvserver/internal/api/openapi/document';
import { errorCodes, type KvErrorCode, paths } from '@paxkv/protocol';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { lastRequest, ServerUnderTest } from '../http/server-under-test.ts';
import { expectDocumented } from './conformance.ts';

const consoleFiles = [
  { path: '/console', contentType: 'text/html' },
  { path: '/console/page.js', contentType: 'text/javascript' },
  { path: '/console/page.css', contentType: 'text/css' },
].map((file) => ({ ...file, body: Buffer.from('x'), etag: '"1"' }));
const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'up 1\n' };

describe('The OpenAPI document', () => {
  const document = openApiDocument();
  const operations = allOperations();
  let server: ServerUnderTest;

  before(async () => {
    const trace = async () => Buffer.from('trace');
    const backup = async () => Readable.from([Buffer.from('backup')]);
    server = await ServerUnderTest.open({}, { consoleFiles, backup, trace, metrics });
  });
  after(() => server.close());

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...structuredClone(document) });
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
    expect(validator.version).to.equal('3.1');
  });

  it('has every route of the server, and no other', () => {
    const documented = Object.keys(document.paths).map((path) => path.replace('{key}', ''));
    expect(server.routes).to.have.members(documented);
  });

  it('has every path of the protocol', () => {
    const documented = Object.keys(document.paths).map((path) => path.replace('{key}', ''));
    expect(documented).to.include.members(Object.values(paths));
  });

  it('has the methods that each path takes, and no other', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const target = path.replace('{key}', 'k');
      const { answer } = await server.sendRaw(lastRequest(`OPTIONS ${target}`));
      const taken = answer.headers.get('allow')?.split(', ');
      const added = 'get' in methods ? ['HEAD', 'OPTIONS'] : ['OPTIONS'];
      const documented = Object.keys(methods).map((method) => method.toUpperCase());
      expect(taken, path).to.have.members([...documented, ...added]);
    }
  });

  it('has every code that a server sends, where it belongs', () => {
    const sent = Object.entries(errorCodes).filter(([, { status }]) => status !== null);
    const codesOf = (part: unknown): string[] => JSON.stringify(part).match(/KV_[A-Z_]+/g) ?? [];
    const all = new Set(operations.flatMap(({ responses }) => codesOf(responses)));
    // A request that meets no operation gets one of these.
    all.add('KV_METHOD_NOT_ALLOWED');
    expect([...all]).to.have.members(sent.map(([code]) => code));
    const withCode = (code: KvErrorCode) =>
      operations.filter(({ responses }) => codesOf(responses).includes(code));
    expect(withCode('KV_TIMEOUT')).to.have.lengthOf(operations.length);
    expect(withCode('KV_NOT_A_COUNTER').map(({ operationId }) => operationId)).to.deep.equal([
      'increment',
    ]);
    expect(withCode('KV_NO_SUCH_KEY').map(({ operationId }) => operationId)).to.deep.equal([
      'getKey',
    ]);
  });

  it('has one id for each operation', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('describes the replies that all paths give to requests without parameters', async () => {
    for (const { path, method } of operations) {
      const init = { method: method.toUpperCase(), redirect: 'manual' } as const;
      await server.fetch(path.replace('{key}', 'k'), init);
    }
    await server.fetch('/', { headers: { accept: 'text/html' }, redirect: 'manual' });
  });

  it('is what a server sends, beside its page', async () => {
    expect(await (await server.fetch('/openapi.json')).json()).to.deep.equal(
      JSON.parse(JSON.stringify(document)),
    );
  });

  describe('holds replies to it:', () => {
    const reply = { status: 200, contentType: 'application/json', body: '{"revision":1}' };

    for (const [what, method, target, changed] of [
      ['an unknown operation', 'PATCH', '/v1/put', {}],
      ['an unknown status', 'POST', '/v1/put', { status: 201 }],
      ['an unknown type', 'POST', '/v1/put', { contentType: 'text/html' }],
      ['a member that is missing', 'POST', '/v1/put', { body: '{}' }],
      ['a member of another type', 'POST', '/v1/put', { body: '{"revision":"1"}' }],
      ['a code of another status', 'POST', '/v1/put', { status: 400, body: toError('KV_TIMEOUT') }],
    ] as const) {
      it(`refuses ${what}`, () => {
        const wrong = { ...reply, ...changed };
        expect(() => expectDocumented(method, target, wrong)).to.throw(target);
      });
    }

    it('takes what is documented', () => {
      expectDocumented('POST', '/v1/put', reply);
      expectDocumented('POST', '/v1/put', {
        ...{ status: 400, contentType: 'application/problem+json' },
        body: toError('KV_BAD_REQUEST'),
      });
    });

    function toError(code: string): string {
      const error = { code, outcome: 'not done', message: 'm' };
      return JSON.stringify({ error, type: 't', title: 'T', status: 400, detail: 'm' });
    }
  });
});
