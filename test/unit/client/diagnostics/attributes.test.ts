import { errorAttributes, serverAttributes } from '@paxkv/client/internal/diagnostics/attributes';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';

describe('serverAttributes', () => {
  const cases = {
    'http://127.0.0.1:4401': { 'server.address': '127.0.0.1', 'server.port': 4401 },
    'http://[::1]:4401': { 'server.address': '::1', 'server.port': 4401 },
    'https://kv.example': { 'server.address': 'kv.example', 'server.port': 443 },
    'http://in-process': { 'server.address': 'in-process', 'server.port': 80 },
  };
  for (const [endpoint, attributes] of Object.entries(cases)) {
    it(`has host and port of ${endpoint}`, () => {
      expect(serverAttributes(endpoint)).to.deep.equal(attributes);
    });
  }

  it('has nothing if no server was asked', () => {
    expect(serverAttributes(undefined)).to.deep.equal({});
  });
});

describe('errorAttributes', () => {
  it('has the code, the outcome and the request of a KvError', () => {
    const error = new KvError('KV_TIMEOUT', 'late', { requestId: 'a-1' });
    expect(errorAttributes(error)).to.deep.equal({
      'error.type': 'KV_TIMEOUT',
      'paxkv.outcome': 'unknown',
      'paxkv.request.id': 'a-1',
    });
  });

  it('has the name of any other error, and not its message', () => {
    expect(errorAttributes(new TypeError('secret'))).to.deep.equal({ 'error.type': 'TypeError' });
    expect(errorAttributes('secret')).to.deep.equal({ 'error.type': 'string' });
  });
});
