/** The icons of the time controls. They are drawn, since fonts differ too much in these characters. */
import type { JSX } from 'preact';

const paths = {
  play: 'M4 2 14 8 4 14Z',
  pause: 'M3 2h4v12H3ZM9 2h4v12H9Z',
  step: 'M4 2 11 8 4 14ZM11 2h2v12h-2Z',
  back: 'M12 2 5 8 12 14ZM3 2h2v12H3Z',
  start: 'M9 2 2 8 9 14ZM15 2 8 8 15 14Z',
  end: 'M7 2 14 8 7 14ZM1 2 8 8 1 14Z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg viewBox="0 0 16 16" role="presentation">
      <path d={paths[name]} />
    </svg>
  );
}
