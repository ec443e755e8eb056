/** The runner: `npm run mutants`, of the known mistakes or, with `--generated`, of mistakes made by rule. */
if (process.argv.includes('--generated')) await import('./generated/main.ts');
else await import('./known-mistakes.ts');

export {};
