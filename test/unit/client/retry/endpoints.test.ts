import { Endpoints, toEndpoint, toEndpoints } from '@paxkv/client/internal/retry/endpoints';
import { expect } from 'chai';

/** Every server once, in the order in which they are to be tried. */
function roundOf(endpoints: Endpoints): string[] {
  const tried: string[] = [];
  for (const _ of endpoints.all) {
    tried.push(endpoints.next(tried));
  }
  return tried;
}

describe('Endpoints', () => {
  it('tries each once, starting at the preferred one', () => {
    expect(roundOf(new Endpoints(['a', 'b', 'c'], 0))).to.deep.equal(['a', 'b', 'c']);
    expect(roundOf(new Endpoints(['a', 'b', 'c'], 0.4))).to.deep.equal(['b', 'c', 'a']);
    expect(roundOf(new Endpoints(['a', 'b', 'c'], 0.999))).to.deep.equal(['c', 'a', 'b']);
  });

  it('starts again if every one was tried', () => {
    expect(new Endpoints(['a', 'b'], 0.5).next(['b', 'a'])).to.equal('b');
  });

  it('has none to ask if there is none', () => {
    expect(() => new Endpoints([], 0).next([])).to.throw(TypeError, 'no endpoint');
  });

  it('prefers the next one after a failure, in a circle', () => {
    const endpoints = new Endpoints(['a', 'b'], 0);
    endpoints.avoid('a');
    expect(roundOf(endpoints)).to.deep.equal(['b', 'a']);
    endpoints.avoid('b');
    expect(roundOf(endpoints)).to.deep.equal(['a', 'b']);
  });

  it('moves on once for many requests that fail at the same one', () => {
    const endpoints = new Endpoints(['a', 'b', 'c'], 0);
    endpoints.avoid('a');
    endpoints.avoid('a');
    expect(roundOf(endpoints)).to.deep.equal(['b', 'c', 'a']);
  });
});

describe('toEndpoints', () => {
  it('takes one or several, each once', () => {
    expect(toEndpoints('127.0.0.1:4401')).to.deep.equal(['http://127.0.0.1:4401']);
    expect(toEndpoints(['http://a:1', 'a:1', 'http://a:1/', 'b:1'])).to.deep.equal([
      'http://a:1',
      'http://b:1',
    ]);
  });

  it('refuses an empty list', () => {
    expect(() => toEndpoints([])).to.throw(TypeError, 'at least one');
  });

  it('refuses what is no address, and says what is missing', () => {
    expect(() => toEndpoints(undefined)).to.throw(TypeError, 'endpoints is missing');
    const kinds = 'endpoints must be a string or an array of strings, not';
    expect(() => toEndpoints(null)).to.throw(TypeError, `${kinds} null`);
    expect(() => toEndpoints(4401)).to.throw(TypeError, `${kinds} number`);
    expect(() => toEndpoints(new Set(['a:1']))).to.throw(TypeError, `${kinds} object`);
    expect(() => toEndpoints([4401])).to.throw(TypeError, 'must be a string such as');
  });

  it('keeps scheme, host and port, IPv6 too', () => {
    expect(toEndpoint('https://kv.example')).to.equal('https://kv.example');
    expect(toEndpoint('[::1]:4401')).to.equal('http://[::1]:4401');
    expect(toEndpoint('localhost:4401')).to.equal('http://localhost:4401');
  });

  for (const bad of ['', 'ftp://a:1', 'http://', 'a:99999', 'a:1/path', 'me:secret@a:1', 'a:1?b']) {
    it(`refuses "${bad}", and says how to write it`, () => {
      expect(() => toEndpoint(bad)).to.throw(TypeError, /write (?:it as )?http:\/\/127/);
    });
  }
});
