import { shippedCore } from '@paxkv/playground';
import type { Language } from '@paxkv/playground/internal/text/words';
import { App } from '@paxkv/playground/internal/ui/app';
import { Model } from '@paxkv/playground/internal/ui/model';
import { expect } from 'chai';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';

async function render(
  address: string,
  language: Language,
  change: (model: Model) => void = () => {},
) {
  const model = await Model.open(address, {
    language,
    mutants: [{ id: 'quorum-one-short', does: 'Does it.', loses: 'All.', core: shippedCore }],
    surroundings: {
      now: () => 0,
      isStill: () => true,
      isNarrow: () => false,
      nextFrame: () => {},
      setAddress: () => {},
    },
  });
  change(model);
  await model.idle;
  return renderToString(h(App, { model }));
}

const busy = '#s=1&n=5&m=40&a=1p0.0.hello~2P1.x.7~30c2~35x0.1';

describe('the page', () => {
  it('shows peers, messages, log and chart of a run', async () => {
    const html = await render(busy, 'en');
    expect(html).to.contain('aria-label="Peer 0, up"');
    expect(html).to.contain('aria-label="Peer 2, down"');
    expect(html).to.contain('class="link cut"');
    expect(html).to.match(/data-message="\d+"/);
    expect(html).to.contain('Sequence chart');
    expect(html).to.contain('put x = 7'.replace('put', 'Put'));
    expect(html).to.not.contain('undefined');
  });

  it('has all its words in Chinese too', async () => {
    for (const tab of ['lessons', 'faults', 'breakIt'] as const) {
      const html = await render(busy, 'zh', (model) => model.setTab(tab));
      const text = html.replaceAll(
        /<code>.*?<\/code>|<ol class="events">.*?<\/ol>|<option.*?<\/option>/g,
        '',
      );
      const words = [...text.replaceAll(/<[^>]*>/g, ' ').matchAll(/[A-Za-z]{5,}/g)].map(
        ([word]) => word,
      );
      const known = new Set([
        'Paxos',
        'paxkv',
        'English',
        'prepare',
        'promised',
        'accept',
        'accepted',
        'decided',
        'rejected',
        'hello',
        'promise',
        'records',
        'rounds',
        'learn',
        'learned',
        'readIndex',
      ]);
      expect(
        words.filter((word) => !known.has(word)),
        tab,
      ).to.deep.equal([]);
    }
  });

  it('offers what can be done to the peer that is selected', async () => {
    const html = await render(busy, 'en', (model) => {
      model.setTab('faults');
      model.select({ type: 'peer', peer: 2 });
    });
    expect(html).to.contain('data-action="restart"');
    expect(html).to.not.contain('data-action="crash"');
    expect(html).to.contain('Peer 2</strong> down');
  });

  it('goes through a lesson, and offers the mistakes', async () => {
    const lesson = await render('', 'en', (model) => model.beginLesson('fail-over'));
    expect(lesson).to.contain('Step 1 / 3');
    const mutants = await render('', 'en', (model) => model.setTab('breakIt'));
    expect(mutants).to.contain('data-mutant="quorum-one-short"');
  });
});
