import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type Bundle,
  bundledProgram,
  changedInput,
  recordInputs,
} from 'paxkv/internal/build/bundle-files';

const startMs = 1_700_000_000_000;

describe('bundledProgram', () => {
  let directory: string;
  let bundle: Bundle;
  let inputs: readonly string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-bundle-'));
    bundle = { folder: directory, record: join(directory, 'made/inputs.json') };
    inputs = ['one.js', 'two.js'].map((name) => join(directory, name));
    for (const file of inputs) await changeAt(file, startMs - 1000);
    await writeFile(join(directory, 'main.js'), '');
    recordInputs(inputs, startMs, bundle);
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function changeAt(file: string, ms: number): Promise<void> {
    await writeFile(file, 'export {};');
    await utimes(file, ms / 1000, ms / 1000);
  }

  it('is the entry of a bundle that nothing has changed since', () => {
    expect(bundledProgram(bundle)).to.equal(join(directory, 'main.js'));
  });

  it('is refused with the name of a file that was changed after the bundle was made', async () => {
    await changeAt(join(directory, 'two.js'), startMs + 5000);
    expect(() => bundledProgram(bundle)).to.throw(
      /^The bundle of the paxkv command was made before a change of .*two\.js\. Run node scripts\/setup\.mjs, /,
    );
  });

  it('is refused if a file is older than it was, as after a change of branches', async () => {
    await changeAt(join(directory, 'one.js'), startMs - 5000);
    expect(changedInput(bundle)).to.match(/one\.js$/);
  });

  it('is refused if a file was changed while the bundle was made', async () => {
    await changeAt(join(directory, 'two.js'), startMs + 1);
    recordInputs(inputs, startMs, bundle);
    expect(changedInput(bundle)).to.match(/two\.js$/);
  });

  for (const name of ['main.js', 'made/inputs.json', 'one.js']) {
    it(`is refused without ${name}`, async () => {
      await rm(join(directory, name));
      expect(changedInput(bundle)?.endsWith(name)).to.equal(true);
    });
  }

  it('is that of this repository by default', () => {
    expect(bundledProgram()).to.match(/\/packages\/cli\/bundle\/main\.js$/);
  });
});
