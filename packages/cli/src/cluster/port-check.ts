/** Whether a cluster's ports can be had, asked before anything starts that would have to be stopped. */
import { createServer } from 'node:net';
import { CliError, exitCodes } from '../exit-code.ts';

const host = '127.0.0.1';

/** @throws CliError that names the first port which cannot be had. */
export async function expectFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const trouble = await troubleWith(port);
    if (trouble === undefined) continue;
    const reason =
      trouble.code === 'EADDRINUSE'
        ? 'is taken: is a cluster running already?'
        : `cannot be had: ${trouble.message}.`;
    throw new CliError(`port ${port} ${reason} --port chooses others`, exitCodes.failed, trouble);
  }
}

function troubleWith(port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}
