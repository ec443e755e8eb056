import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildPage, pageFolder } from '@paxkv/playground/internal/build/page-build';
import { attacks } from '@paxkv/playground/internal/mutants/attacks';
import { references, sourceCopy } from '@paxkv/playground/internal/ui/references';
import { expect } from 'chai';

const sizeMax = 300_000;
/** Names of formats contain these. Nothing is requested from there. */
const formatHosts = ['www.w3.org', 'json-schema.org'];

describe('the build of the page', function () {
  this.timeout(60_000);

  before(() => buildPage());

  const page = () => readFileSync(join(pageFolder, 'index.html'), 'utf8');

  it(`is one file of less than ${sizeMax / 1000} kB, compressed`, () => {
    expect(gzipSync(page()).length).to.be.below(sizeMax);
    expect(page()).to.not.match(/<script[^>]+src=|<link[^>]+href="(?!data:)/);
  });

  it('names no other host', () => {
    const hosts = [...page().matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host);
    expect(hosts.filter((host) => !formatHosts.includes(host ?? ''))).to.deep.equal([]);
  });

  it('has a core for each mistake that there is an attack on', () => {
    for (const { mutant } of attacks) expect(page()).to.contain(mutant);
  });

  it('carries the rules and sources that it links to', () => {
    expect(existsSync(join(pageFolder, 'docs/protocol.md.txt'))).to.equal(true);
    for (const reference of references) {
      expect(existsSync(join(pageFolder, sourceCopy(reference)))).to.equal(true);
    }
  });
});
