/**
 * Takes damaged data out of use, so that the node can start without it and have it repaired by others.
 * Rule: what is lost is known to be lost, also when the power fails in the middle of this.
 */
import { join, resolve } from 'node:path';
import type { DataDirectoryOptions } from './data-directory.ts';
import { Identity } from './identity.ts';
import { type SetAside, setAside } from './set-aside.ts';

/** What is damaged: what was promised, what was applied, or the knowledge of whose it all is. */
export type DamagedPart = 'journal' | 'state' | 'identity';

/**
 * Sets the part aside; nothing of the directory may be open. From then on a node without its journal
 * knows that it has lost its memory. Without its identity nothing else in the directory is believed.
 *
 * @throws DiskError
 */
export async function quarantine(
  options: DataDirectoryOptions,
  part: DamagedPart,
): Promise<readonly SetAside[]> {
  const path = resolve(options.path);
  const file = join(path, 'identity.json');
  switch (part) {
    case 'state':
      return [await setAside(path, 'state')];
    case 'journal': {
      const result = await setAside(path, 'journal');
      // Only now: until the journal is gone, how far it went is what shows that it is not whole.
      const identity = await Identity.read(file, options);
      await identity?.markLost();
      return [result];
    }
    case 'identity': {
      const results = [
        await setAside(path, 'journal'),
        await setAside(path, 'state'),
        await setAside(path, 'identity.json'),
      ];
      await Identity.create(file, options, true);
      return results;
    }
  }
}
