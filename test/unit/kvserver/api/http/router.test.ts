import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { type Endpoint, Router } from '@paxkv/kvserver/internal/api/http/router';
import { expect } from 'chai';

describe('Router', () => {
  const get: Endpoint = () => undefined;
  const post: Endpoint = () => undefined;
  const below: Endpoint = () => undefined;
  const router = new Router();
  router.add('/a', { GET: get, POST: post });
  router.add('/b', { POST: post });
  router.addBelow('/k/', { PUT: below });

  function find(method: string, url: string): Endpoint | undefined {
    const request = new IncomingMessage(new Socket());
    return router.find(Object.assign(request, { method, url }));
  }

  it('finds the endpoint of a path and a method, whatever the query', () => {
    expect(find('GET', '/a')).to.equal(get);
    expect(find('POST', '/a?x=/k/')).to.equal(post);
    expect(find('POST', '/b#x')).to.equal(post);
    expect(find('PUT', '/k/')).to.equal(below);
    expect(find('PUT', '/k/a?b')).to.equal(below);
  });

  it('answers HEAD like GET, only on paths with GET', () => {
    expect(find('HEAD', '/a')).to.equal(get);
    expect(find('HEAD', '/b')).not.to.equal(post);
  });

  it('has an endpoint for every other method of a known path', () => {
    for (const url of ['/a', '/b?x', '/k/a']) {
      expect(find('TRACE', url)).to.be.a('function').and.not.be.oneOf([get, post, below]);
    }
  });

  it('finds nothing for other paths', () => {
    for (const url of ['', '/', '/a/', '/A', '//a', '/k', '/?/a', 'constructor', '/c']) {
      expect(find('GET', url), url).to.equal(undefined);
    }
  });
});
