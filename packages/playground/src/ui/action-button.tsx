/** A button that performs one action. */
import type { JSX } from 'preact';
import type { Action } from '../engine/action.ts';
import type { Model } from './model.ts';

export interface ActionButtonProps {
  readonly model: Model;
  readonly action: Action;
  readonly label: string;
}

export function ActionButton({ model, action, label }: ActionButtonProps): JSX.Element {
  return (
    <button type="button" data-action={action.type} onClick={() => model.act(action)}>
      {label}
    </button>
  );
}
