import { expect } from 'chai';
import { escapeText, toSvg } from 'paxkv/internal/bench/report/plot';

describe('a plot', () => {
  it('scales its bars to the highest', () => {
    const bars = [
      { label: 'a', height: 5, text: '5' },
      { label: 'b', height: 10, text: '10' },
    ];
    const svg = toSvg({ title: 't', bars });
    const heights = [...svg.matchAll(/height="([\d.]+)"><title>/g)].map(([, text]) => Number(text));
    expect(heights).to.have.lengthOf(2);
    expect(heights[1]).to.equal(2 * (heights[0] ?? 0));
  });

  it('is empty without bars, and flat where all are 0', () => {
    expect(toSvg({ title: 't', bars: [] })).not.to.contain('<rect');
    const flat = toSvg({ title: 't', bars: [{ label: 'a', height: 0, text: '0' }] });
    expect(flat).to.contain('height="0.0"');
    expect(flat).not.to.contain('NaN');
  });

  it('tells how high the highest bar is where there is no room for a text at each', () => {
    const bars = Array.from({ length: 40 }, (_, index) => ({
      ...{ label: `${index}`, height: index % 7, text: `${index % 7} a second` },
    }));
    const texts = [...toSvg({ title: 't', bars }).matchAll(/class="scale"[^>]*>([^<]+)</g)];
    expect(texts.map(([, text]) => text)).to.deep.equal(['6 a second']);
    expect(toSvg({ title: 't', bars: bars.slice(0, 9) })).not.to.contain('class="scale"');
  });

  it('lets no text become markup', () => {
    expect(escapeText('<a href="x">&')).to.equal('&lt;a href=&quot;x&quot;&gt;&amp;');
  });
});
