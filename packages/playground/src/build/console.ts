/** Builds the console into the package of the server, if it has changed. */
import { buildConsole } from './console-build.ts';

await buildConsole();
