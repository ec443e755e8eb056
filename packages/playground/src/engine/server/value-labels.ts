/**
 * Labels of the values in the log of servers: a value is bytes, and the page shows what they say. Two values have the
 * same label only if they have the same bytes.
 */
import { decodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import type { Command } from '@paxkv/protocol';
import { noop } from '../store/command.ts';

type Bytes = Uint8Array;

export class ValueLabels {
  /** Labels by the bytes of the value, each as one letter. */
  readonly #labels = new Map<string, string>();
  readonly #values = new Map<string, Bytes>();

  labelOf(value: Bytes): string {
    const name = String.fromCharCode(...value);
    const label = this.#labels.get(name) ?? this.#freeLabel(textOf(value));
    this.#labels.set(name, label);
    if (!this.#values.has(label)) this.#values.set(label, value.slice());
    return label;
  }

  /** A copy of the value, so that no two servers share it. @throws RangeError for what is no label */
  valueOf(label: string): Bytes {
    const value = this.#values.get(label);
    if (value === undefined) throw new RangeError(`No value has the label ${label}.`);
    return value.slice();
  }

  #freeLabel(text: string): string {
    let label = text;
    for (let count = 2; this.#values.has(label); count += 1) label = `${text} (${count})`;
    return label;
  }
}

/** The commands of a batch, with the server and the number of the batch; or what else the value does. */
function textOf(value: Bytes): string {
  const content = decodeBatch(value);
  const { origin, requests } = content;
  if (origin !== undefined) {
    const commands = requests.map(({ command }) => commandText(command));
    return `${commands.join(', ')} #${origin.node}.${origin.number}`;
  }
  if ('level' in content) return `level ${content.level}`;
  return 'expiring' in content ? 'leases end' : noop;
}

function commandText(command: Command): string {
  const decoder = new TextDecoder();
  switch (command.type) {
    case 'put':
      return `${decoder.decode(command.key)}=${decoder.decode(command.value)}`;
    default:
      return command.type;
  }
}
