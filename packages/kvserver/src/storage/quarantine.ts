/**
 * Takes damaged data out of use, so that the node can start without it and be repaired from the others.
 * Rule: lost data is recorded as lost, even if the power fails in between.
 */
import { join, resolve } from 'node:path';
import type { DataDirectoryOptions } from './data-directory.ts';
import { Identity } from './identity.ts';
import { type SetAside, setAside } from './set-aside.ts';

/** The damaged part: promises and votes, the applied state, or the identity. */
export type DamagedPart = 'journal' | 'state' | 'identity';

/**
 * Sets the part aside; nothing in the directory may be open. A node without its journal knows from then on
 * that it has lost its memory. Without the identity, nothing else in the directory is trusted.
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
      // Not before: until the journal is gone, the recorded write index shows that it is incomplete.
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
