import { withoutFolders } from '@paxkv/kvserver/internal/health/pathless';
import { expect } from 'chai';

describe('withoutFolders', () => {
  for (const [text, without] of [
    [
      "Cannot write /var/lib/paxkv/identity.json: ENOSPC: no space left on device, open '/var/lib/paxkv/identity.json.new'.",
      "Cannot write identity.json: ENOSPC: no space left on device, open 'identity.json.new'.",
    ],
    ['IO error: /data/state/000012.log: No space left', 'IO error: 000012.log: No space left'],
    ['Cannot use /data for data', 'Cannot use data for data'],
    ['/a/b', 'b'],
    ['(/a/b) "/c/d" `/e/f` path=/g/h', '(b) "d" `f` path=h'],
    ['3 of 5 nodes/servers answer', '3 of 5 nodes/servers answer'],
    ['see http://127.0.0.1:9400/status', 'see http://127.0.0.1:9400/status'],
    ['no path / at all', 'no path / at all'],
  ] as const) {
    it(`leaves only names of files in: ${text}`, () => {
      expect(withoutFolders(text)).to.equal(without);
    });
  }

  it('takes time that grows with the text alone', () => {
    const begun = performance.now();
    withoutFolders('/a'.repeat(100_000));
    expect(performance.now() - begun).to.be.below(1000);
  });
});
