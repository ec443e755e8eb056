/** The console's page: renders itself into the document, and asks the server that it came from. */
import { h, render } from 'preact';
import { ConsoleModel } from './console/console-model.ts';
import { consoleTexts } from './console/language-texts.ts';
import { ConsoleApp } from './console/views/console-app.tsx';
import { isLanguage, type Language } from './text/words.ts';

const place = document.getElementById('page');
if (place !== null) begin(place);

function begin(element: HTMLElement): void {
  const model = new ConsoleModel(languageAt(window.location.hash), {
    fetch: (path, init) => window.fetch(path, init),
    now: () => Date.now(),
    schedule: (callback, afterMs) => {
      const timer = setTimeout(callback, afterMs);
      return () => clearTimeout(timer);
    },
    isVisible: () => !document.hidden,
    protocol: window.location.protocol,
  });
  const name = () => {
    document.documentElement.lang = model.language;
    const { status } = model;
    const server = status === undefined ? '' : ` ${status.node}`;
    document.title = `${consoleTexts(model.language).title}${server}`;
  };
  model.subscribe(name);
  name();
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void model.poll();
  });
  render(h(ConsoleApp, { model }), element);
  void model.poll();
}

/** The language in the address, as `#lang=zh`, or else that of the browser. */
function languageAt(hash: string): Language {
  const asked = new URLSearchParams(hash.replace(/^#/, '')).get('lang');
  if (isLanguage(asked)) return asked;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}
