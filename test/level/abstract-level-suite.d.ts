/** The suite that abstract-level publishes has no types. */
declare module 'abstract-level/test/index.js' {
  import type { AbstractLevel } from 'abstract-level';

  interface SuiteOptions {
    /** `test` of tape. */
    readonly test: unknown;
    /** Makes a database that is empty. */
    factory(options?: object): AbstractLevel<Uint8Array>;
  }

  function abstractLevelSuite(options: SuiteOptions): void;
  export = abstractLevelSuite;
}
