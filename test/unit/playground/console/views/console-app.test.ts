import { ConsoleModel } from '@paxkv/playground/internal/console/console-model';
import type { KeyCommand } from '@paxkv/playground/internal/console/key-requests';
import { ConsoleApp } from '@paxkv/playground/internal/console/views/console-app';
import type { Language } from '@paxkv/playground/internal/text/words';
import { expect } from 'chai';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { reply } from '../status-reply.ts';

/** The page after these statuses and commands. A command gets `answer`. */
async function render(
  language: Language,
  statuses: readonly object[],
  commands: readonly KeyCommand[] = [],
  answer: object = { found: false },
): Promise<string> {
  let nowMs = 0;
  let status: object = {};
  const model = new ConsoleModel(language, {
    fetch: async (path) => Response.json(path === 'status' ? status : answer),
    now: () => nowMs,
    schedule: () => () => {},
    isVisible: () => true,
    protocol: 'https:',
  });
  for (const each of statuses) {
    status = each;
    nowMs += 1000;
    await model.poll();
  }
  for (const command of commands) await model.send(command);
  return renderToString(h(ConsoleApp, { model }));
}

const later = { ...reply, revision: reply.revision + 25, leader: 2, uptimeMs: 61_000 };

describe('the console', () => {
  it('shows servers, verdict, rates and changes of the leader', async () => {
    const html = await render('en', [reply, later]);
    expect(html).to.contain('data-verdict="warning"');
    expect(html).to.contain('Server 2 is lost: connection refused.');
    expect(html).to.contain('href="https://10.0.0.3:4400/console"');
    expect(html).to.contain('25 a second');
    expect(html).to.contain('Server 2 leads, after server 0.');
    expect(html).to.match(/data-member="1".*this server/);
    expect(html).to.not.match(/undefined|NaN/);
  });

  it('shows round trips only where a server reports them', async () => {
    expect(await render('en', [reply])).to.not.contain('round trip');
    const [first, second] = reply.peers;
    const timed = { ...reply, peers: [{ ...first, roundTripMs: 1.24 }, second] };
    expect(await render('en', [timed]))
      .to.contain('round trip')
      .and.contain('1.2 ms');
  });

  it('shows what else a server measures, once it does', async () => {
    const plain = await render('en', [reply]);
    expect(plain).to.not.contain('may lack').and.not.contain('Flush of the disk');
    const more = {
      ...reply,
      retained: { instances: 50, bytes: 2 ** 21, neededBy: [{ node: 2, instances: 40 }] },
      disk: { p50Ms: 1.52, p99Ms: 12, pendingMs: 0 },
      election: { leader: 0, agoMs: 500 },
    };
    const html = await render('en', [more]);
    expect(html).to.contain('may lack').and.contain('<td>40</td>').and.contain('50, 2.0 MiB');
    expect(html).to.contain('1.5 ms').and.contain('12 ms');
    expect(html).to.contain('Server 0 won the last election');
  });

  it('shows a key and its value as text, whatever is in them', async () => {
    const value = Buffer.from('<b>').toString('base64');
    const found = { found: true, value, createRevision: 1, modRevision: 4, version: 2 };
    const html = await render('en', [reply], [{ type: 'get', key: '<i>' }], found);
    expect(html).to.contain('&lt;i>').and.not.contain('<i>').and.not.contain('<b>');
    expect(html).to.contain('last written at revision 4');
  });

  it('says what it waits for before the first answer, and takes keys already', async () => {
    const html = await render('en', []);
    expect(html).to.contain('Asking the server for its status.').and.contain('name="key"');
  });

  it('has all its words in Chinese too', async () => {
    const commands: readonly KeyCommand[] = [{ type: 'get', key: 'k' }];
    const html = await render('zh', [{ ...reply, leader: null }, later], commands);
    const shown = html.replaceAll(/<details.*?<\/details>|<code>.*?<\/code>/g, '');
    const words = [...shown.replaceAll(/<[^>]*>/g, ' ').matchAll(/[A-Za-z]{4,}/g)];
    const known = new Set(['paxkv', 'English', 'connection', 'refused']);
    expect(words.map(([word]) => word).filter((word) => !known.has(word))).to.deep.equal([]);
  });
});
