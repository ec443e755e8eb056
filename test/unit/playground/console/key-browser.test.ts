import { KeyBrowser } from '@paxkv/playground/internal/console/key-browser';
import { expect } from 'chai';

const encode = (text: string) => Buffer.from(text).toString('base64');

/** A browser of keys whose server has these. It answers when `answer` is called, with two keys a page. */
function browserOf(keys: readonly string[], status = 200) {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let changeCount = 0;
  const browser = new KeyBrowser(
    async (_, { body }) => {
      const { from = encode('') } = JSON.parse(String(body));
      const at = Buffer.from(from, 'base64').toString();
      asked.push(at);
      await new Promise<void>((resolve) => waiting.push(resolve));
      const left = keys.filter((key) => key >= at);
      const [next] = left.slice(2);
      const entries = left.slice(0, 2).map((key) => ({ key: encode(key) }));
      return Response.json({ entries, next: next === undefined ? null : encode(next) }, { status });
    },
    () => {
      changeCount += 1;
    },
  );
  const answer = () => waiting.shift()?.();
  return { browser, asked, answer, changes: () => changeCount };
}

const shown = ({ browser }: { browser: KeyBrowser }) => ({
  keys: browser.listing?.keys.map(({ text }) => text),
  isPending: browser.listing?.isPending,
  hasMore: browser.listing?.next !== undefined,
});

describe('KeyBrowser', () => {
  it('shows one page after another, until the last', async () => {
    const world = browserOf(['a', 'b', 'c']);
    expect(world.browser.listing).to.equal(undefined);
    const listed = world.browser.list('');
    expect(shown(world)).to.deep.equal({ keys: [], isPending: true, hasMore: false });
    world.answer();
    await listed;
    expect(shown(world)).to.deep.equal({ keys: ['a', 'b'], isPending: false, hasMore: true });
    const more = world.browser.more();
    expect(shown(world)).to.deep.equal({ keys: ['a', 'b'], isPending: true, hasMore: true });
    world.answer();
    await more;
    expect(shown(world)).to.deep.equal({
      keys: ['a', 'b', 'c'],
      isPending: false,
      hasMore: false,
    });
    await world.browser.more();
    expect(world.asked).to.deep.equal(['', 'c']);
    expect(world.changes()).to.equal(4);
  });

  it('asks for one page at a time', async () => {
    const world = browserOf(['a', 'b', 'c']);
    const listed = world.browser.list('');
    await world.browser.list('b');
    await world.browser.more();
    world.answer();
    await listed;
    expect(world.asked).to.deep.equal(['']);
    expect(world.browser.listing?.prefix).to.equal('');
  });

  it('keeps what it has if a page does not come, and can ask again', async () => {
    const world = browserOf(['a'], 503);
    for (const _ of [1, 2]) {
      const listed = world.browser.list('');
      world.answer();
      await listed;
      expect(shown(world)).to.deep.equal({ keys: [], isPending: false, hasMore: false });
      expect(world.browser.listing?.failure?.outcome).to.equal('not done');
    }
  });
});
