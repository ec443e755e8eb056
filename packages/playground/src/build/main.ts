/** Builds the page. `--serve` serves it on this machine until stopped. `--open` opens it in a browser. */
import { preview } from 'vite';
import { buildPage, pageFolder } from './page-build.ts';

await buildPage();
if (process.argv.includes('--serve')) {
  const server = await preview({
    configFile: false,
    build: { outDir: pageFolder },
    preview: { host: '127.0.0.1', open: process.argv.includes('--open') },
  });
  server.printUrls();
}
