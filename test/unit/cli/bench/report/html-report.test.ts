import { expect } from 'chai';
import { toHtmlReport } from 'paxkv/internal/bench/report/html-report';
import { result, settings } from '../bench-under-test.ts';

describe('the page of a benchmark', () => {
  const page = toHtmlReport(settings, { ...result, failures: { KV_TIMEOUT: 7 } });

  it('holds three plots, the rate and the errors', () => {
    expect(page.match(/<svg /g)).to.have.lengthOf(3);
    expect(page).to.contain('1,235 a second');
    expect(page).to.contain('7 KV_TIMEOUT');
  });

  it('asks for nothing from outside, and runs nothing', () => {
    expect(page).not.to.match(/https?:|\bsrc=|\bhref=|@import|url\(|<script/);
  });

  it('has colours for light and dark', () => {
    expect(page).to.contain('prefers-color-scheme: dark');
  });
});
