/** The licences of the packages of others that the bundle contains. Most demand that their text goes with a copy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Licence {
  /** Name and version of the package. */
  readonly title: string;
  /** The identifier of its licence. */
  readonly identifier: string;
  /** Empty if the package ships no text. */
  readonly text: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** A path may lead through the folders of several packages; the module belongs to the last. */
const packageFolder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/;
const licenceFile = /^(?:licen[cs]e|copying|notice)\b/i;

/** The folders of the packages of others that these modules come from, each once. */
export function foreignFolders(modules: readonly string[]): string[] {
  const folders = modules.flatMap((path) => packageFolder.exec(path)?.[0] ?? []);
  return [...new Set(folders)];
}

/**
 * One text with the name, the version and the licence of the package in each folder.
 *
 * @throws Error if a package ships no text, and no other package has the same licence with a text
 */
export function licencesOf(folders: readonly string[]): string {
  const licences = folders.map(readLicence).sort((a, b) => (a.title < b.title ? -1 : 1));
  const entries = licences.map(({ title, identifier, text }) => {
    const body = text === '' ? reference(identifier, licences, title) : text;
    return `${'-'.repeat(72)}\n${title}, ${identifier}\n\n${body}\n`;
  });
  return `The files beside this one contain code of these packages.\n\n${entries.join('\n')}`;
}

function reference(identifier: string, licences: readonly Licence[], title: string): string {
  const other = licences.find((each) => each.identifier === identifier && each.text !== '');
  if (other === undefined) throw new Error(`${title} ships no text of its licence ${identifier}`);
  return `Its licence has the same text as that of ${other.title}.`;
}

function readLicence(folder: string): Licence {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => licenceFile.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const { name, version, license: identifier } = manifest;
  return { title: `${name} ${version}`, identifier, text: texts.join('\n\n') };
}
