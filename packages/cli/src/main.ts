#!/usr/bin/env node
import { CommanderError } from 'commander';
import { describe, exitCodes } from './exit-code.ts';
import { processOutput } from './output.ts';
import { createProgram } from './program.ts';

try {
  await createProgram(processOutput).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    const { message, exitCode } = describe(error);
    processOutput.note(message);
    process.exitCode = exitCode;
  }
}
