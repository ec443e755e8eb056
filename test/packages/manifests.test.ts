/** Tests the metadata of each package for registries, editors and bundlers. */
import { expect } from 'chai';
import { publishedNames, readJson } from '../tidy/source-tree.ts';

const repository = 'https://github.com/paxkv/paxkv';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly homepage: string;
  readonly bugs: string;
  readonly repository: { readonly type: string; readonly url: string; readonly directory: string };
  readonly type: string;
  readonly sideEffects?: boolean;
  readonly engines: { readonly node: string };
  readonly types?: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly publishConfig: {
    readonly access: string;
    readonly exports?: Readonly<Record<string, unknown>>;
  };
}

const internal = './internal/*';

/** What the command ships; the other packages ship compiled code and its sources. */
const bundled: Readonly<Record<string, readonly string[]>> = { cli: ['bundle'] };

describe('the package manifests', () => {
  const root = readJson<Manifest>('package.json');

  for (const folder of publishedNames()) {
    describe(folder, () => {
      const manifest = readJson<Manifest>(`packages/${folder}/package.json`);

      it('names its folder in the repository, its homepage and where to report defects', () => {
        const directory = `packages/${folder}`;
        expect(manifest.repository).to.deep.equal({
          type: 'git',
          url: `git+${repository}.git`,
          directory,
        });
        expect(manifest.homepage).to.equal(`${repository}/tree/main/${directory}#readme`);
        expect(manifest.bugs).to.equal(`${repository}/issues`);
      });

      it('describes itself, and has the version, licence and Node range of the workspace', () => {
        expect(manifest.description).to.match(/^[A-Z].{20,}\.$/);
        expect(manifest.keywords).to.have.length.of.at.least(3);
        expect(new Set(manifest.keywords).size).to.equal(manifest.keywords.length);
        const { version, license, engines, type } = root;
        expect(manifest).to.deep.include({ version, license, engines, type });
      });

      it('ships compiled code with its sources, to which source maps lead, or a bundle', () => {
        expect(manifest.files).to.deep.equal(bundled[folder] ?? ['dist', 'src']);
        expect(manifest.publishConfig.access).to.equal('public');
      });

      it('exports its manifest, and types beside each entry point', () => {
        expect(manifest.exports).to.have.property('./package.json', './package.json');
        if (!('.' in manifest.exports)) return;
        expect(manifest.exports).to.have.property('.', './dist/index.js');
        expect(manifest.types).to.equal('./dist/index.d.ts');
        expect(manifest.sideEffects).to.equal(false);
      });

      it('exports all but the internal files to users', () => {
        const { [internal]: hidden, './build': _, ...published } = manifest.exports;
        expect(manifest.publishConfig.exports ?? manifest.exports).to.deep.equal(published);
        expect([undefined, './dist/*.js']).to.include(hidden);
      });
    });
  }

  it('has the command depend on nothing but native code, since its bundle contains the rest', () => {
    const { dependencies, optionalDependencies } = readJson<Manifest>('packages/cli/package.json');
    expect(dependencies).to.have.all.keys('classic-level');
    expect(optionalDependencies).to.have.all.keys('msgpackr-extract');
  });
});
