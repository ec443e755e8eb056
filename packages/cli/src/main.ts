#!/usr/bin/env node
/**
 * Runs the `paxkv` command with the arguments, the streams and the exit code of this process. The rest is loaded from
 * here, so that a process that may not even open the files of its program says so in one line.
 */
try {
  const { run } = await import('./program.ts');
  const { processStreams } = await import('./streams.ts');
  process.exitCode = await run(process.argv.slice(2), processStreams());
} catch (error) {
  if (!isOutOfFiles(error)) throw error;
  process.stderr.write(
    'paxkv: this process may not open enough files. Raise the limit, for example with: ulimit -n 4096\n',
  );
  process.exitCode = 1;
}

function isOutOfFiles(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EMFILE' || code === 'ENFILE';
}
