/** Flags that may come from the environment: there they have a value, and it may well be `no`. */
import { InvalidArgumentError } from 'commander';

/** Nothing at all is taken for no, so that an emptied variable turns nothing on. */
export function yesOrNo(text: string): boolean {
  if (/^(?:yes|true|1)$/i.test(text)) return true;
  if (/^(?:no|false|0|)$/i.test(text)) return false;
  throw new InvalidArgumentError('It must be yes or no.');
}
