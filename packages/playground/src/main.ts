/** The page: renders itself into the document, and opens the run that the address contains. */
import { h, render } from 'preact';
import { parametersOf } from './engine/timeline/address.ts';
import { mutantCores } from './mutants/cores.ts';
import { isLanguage, type Language } from './text/words.ts';
import { App } from './ui/app.tsx';
import { handleKey } from './ui/keys.ts';
import { Model } from './ui/model.ts';
import { openFile } from './ui/recording-panel.tsx';

/** The address is saved once it has not changed for this long. */
const addressMs = 200;

const place = document.getElementById('page');
if (place !== null) await begin(place);

async function begin(element: HTMLElement): Promise<void> {
  const address = window.location.hash;
  const model = await Model.open(address, {
    mutants: mutantCores,
    language: languageAt(address),
    surroundings: {
      now: () => performance.now(),
      nextFrame: (callback) => window.requestAnimationFrame(callback),
      isStill: () => window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      isNarrow: () => window.matchMedia('(max-width: 860px)').matches,
      setAddress: keepAddress,
    },
  });
  model.subscribe(() => {
    document.documentElement.lang = model.language;
  });
  document.addEventListener('keydown', (event) => {
    const isTaken = event.target instanceof Element && event.target.closest(takers) !== null;
    if (!isTaken && !event.metaKey && !event.ctrlKey && handleKey(event.key, model)) {
      event.preventDefault();
    }
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) openFile(file, model);
  });
  window.addEventListener('hashchange', () => window.location.reload());
  document.documentElement.lang = model.language;
  render(h(App, { model }), element);
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Saves the address with a delay, since browsers throttle pages that change it too often. */
function keepAddress(address: string): void {
  clearTimeout(waiting);
  const keep = () => window.history.replaceState(null, '', `#${address}`);
  waiting = setTimeout(keep, addressMs);
}

/** Elements that handle keys themselves. */
const takers = 'input, select, textarea, button, a, summary, [role=tablist], .scroll';

/** The language in the address, or else that of the browser. */
function languageAt(address: string): Language {
  const asked = parametersOf(address).get('lang') ?? null;
  if (isLanguage(asked)) return asked;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}
