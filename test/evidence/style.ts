/** The style of the evidence page, in light and dark. */
import { type Html, html } from './html.ts';

export const style: Html = html`
:root { color-scheme: light dark; --text: #1c2330; --faint: #5b6676; --page: #ffffff; --line: #d8dde5;
  --bar: #2f6fde; --good: #15803d; --bad: #c2261c; --calm: #92660a; --tile: #f4f6f9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --faint: #9aa5b5; --page: #14171d; --line: #313845; --bar: #6d9dff;
    --good: #4cc476; --bad: #ff7b70; --calm: #e0b355; --tile: #1d222b; }
}
body { margin: 2rem auto; max-width: 56rem; padding: 0 1rem; background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
a { color: var(--bar); } .origin { color: var(--faint); font-size: .9rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.tile { background: var(--tile); border-radius: .5rem; padding: .8rem 1rem; font-size: .9rem; }
.tile strong { display: block; font-size: 1.6rem; font-variant-numeric: tabular-nums; }
.tile b { display: block; font-size: .8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--faint); font-weight: normal; } tbody th { font-weight: 500; }
td { font-variant-numeric: tabular-nums; }
.group { white-space: nowrap; margin-right: .3rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .calm { color: var(--calm); }
svg { width: 100%; height: auto; } svg text { fill: var(--faint); font: 12px system-ui, sans-serif; }
svg text.name { fill: var(--text); text-anchor: end; } svg rect.bar { fill: var(--bar); }
svg rect.bad { fill: var(--bad); }
pre { background: var(--tile); padding: .8rem 1rem; border-radius: .5rem; overflow-x: auto; font-size: .85rem; }
`;
