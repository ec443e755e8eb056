import { createHash } from 'node:crypto';
import { openApiDocument } from '@paxkv/kvserver/internal/api/openapi/document';
import { pageHeaders, toPage } from '@paxkv/kvserver/internal/api/openapi/page';
import { errorCodes } from '@paxkv/protocol';
import { expect } from 'chai';

describe('The page of the HTTP interface', () => {
  const document = openApiDocument();
  const page = toPage(document);

  it('shows every operation', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { operationId, summary }] of Object.entries(methods)) {
        expect(page).to.contain(`<section id="${operationId}">`);
        expect(page).to.contain(`<code>${method.toUpperCase()} ${path}</code>`);
        expect(page).to.contain(summary);
      }
    }
  });

  it('has an anchor for each code that a server sends: the type of its problems', () => {
    for (const [code, { status }] of Object.entries(errorCodes)) {
      if (status === null) expect(page).not.to.contain(`id="${code}"`);
      else expect(page).to.contain(`id="${code}"`);
    }
  });

  it('has no script, loads nothing, and links only to itself', () => {
    expect(page).not.to.match(/<script|<img|<link|<iframe|\son\w+=|\ssrc=|url\(|@import/i);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, target = '']) => target);
    expect(links.filter((target) => !target.startsWith('#'))).to.deep.equal(['openapi.json']);
    for (const target of links.filter((link) => link.startsWith('#'))) {
      expect(page).to.contain(`id="${target.slice(1)}"`);
    }
  });

  it('may apply its own style and do nothing else', () => {
    const policy = pageHeaders['content-security-policy'] ?? '';
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).to.contain("default-src 'none'").and.contain(`style-src 'sha256-${hash}'`);
    expect(policy).not.to.contain('unsafe');
  });

  it('takes texts for texts', () => {
    const info = { title: '<b>&"', version: '1', description: '<script>' };
    const odd = toPage({ ...document, info });
    expect(odd).to.contain('&lt;b&gt;&amp;&quot;').and.not.contain('<script');
  });
});
