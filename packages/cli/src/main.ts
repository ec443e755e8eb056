#!/usr/bin/env node
/** The `paxkv` command as a process: its arguments, its streams, its exit code. */
import { run } from './program.ts';
import { processStreams } from './streams.ts';

process.exitCode = await run(process.argv.slice(2), processStreams());
