/** The secret of all clusters of the tests. */
import { writeFile } from 'node:fs/promises';

export const clusterSecret = 'the-secret-of-every-test-cluster';

/** Writes it to a file, as `paxkv serve` takes it. */
export async function writeClusterSecret(path: string): Promise<void> {
  await writeFile(path, `${clusterSecret}\n`, { mode: 0o600 });
}
