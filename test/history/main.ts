/** `npm run history`: checks and exports recorded histories. */
import { run } from './command/program.ts';

process.exitCode = await run(process.argv.slice(2), (text) => {
  process.stdout.write(text);
});
