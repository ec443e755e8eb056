/** The lamps: each invariant, and whether it holds so far. */
import type { JSX } from 'preact';
import { lampIds } from '../engine/judge/lamp.ts';
import type { ViewProps } from './context.ts';

export function LampRow({ model, texts }: ViewProps): JSX.Element {
  const { violations } = model.session.frame;
  return (
    <section aria-label={texts.breakIt.lamps}>
      <ul class="lamps">
        {lampIds.map((lamp) => {
          const isBroken = violations.some((violation) => violation.lamp === lamp);
          const { name, rule } = texts.lamps[lamp];
          return (
            <li key={lamp}>
              <button
                type="button"
                class={isBroken ? 'lamp broken' : 'lamp'}
                title={rule}
                data-lamp={lamp}
                onClick={() => model.select({ type: 'lamp', lamp })}
              >
                <span aria-hidden="true">{isBroken ? '✗' : '✓'}</span> {name}
                <span class="hidden">
                  : {isBroken ? texts.breakIt.broken : texts.breakIt.holds}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
