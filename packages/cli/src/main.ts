#!/usr/bin/env node
/** Runs the `paxkv` command with the arguments, the streams and the exit code of this process. */
import { run } from './program.ts';
import { processStreams } from './streams.ts';

process.exitCode = await run(process.argv.slice(2), processStreams());
