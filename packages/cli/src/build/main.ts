/** Builds the bundle of this command, if anything that it is made from has changed. */
import { buildBundle } from './bundle.ts';

await buildBundle();
