import { expect } from 'chai';
import { completionScripts } from 'paxkv/internal/completion/scripts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv completion', () => {
  it('prints a script for each shell, and refuses others', async () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      const { printed, exitCode } = await runCaptured(['completion', shell]);
      expect({ printed, exitCode }).to.deep.equal({
        printed: completionScripts[shell],
        exitCode: 0,
      });
    }
    expect(await runCaptured(['completion', 'csh'])).to.include({ exitCode: 2 });
  });
});
