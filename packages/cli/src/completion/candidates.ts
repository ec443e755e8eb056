/** What may stand at a place of the command line: read from the commands themselves, so that none is forgotten. */
import type { Command, Option } from 'commander';

/**
 * The words that may stand in place of the last of `words`, which may be unfinished. The name of the program is not
 * among them. Empty where anything may stand, such as a key or a file.
 */
export function candidatesFor(program: Command, words: readonly string[]): readonly string[] {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, argumentCount, option } = placeAfter(program, before);
  return choicesAt(command, { argumentCount, option }, last)
    .filter((word) => word.startsWith(last))
    .sort();
}

interface Place {
  readonly command: Command;
  /** How many arguments of the command stand before this place. */
  readonly argumentCount: number;
  /** The option whose value stands here. */
  readonly option: Option | undefined;
}

function placeAfter(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, argumentCount: 0, option: undefined };
  for (const word of words) place = placeAfterWord(place, word);
  return place;
}

function placeAfterWord({ command, argumentCount, option }: Place, word: string): Place {
  if (option !== undefined) return { command, argumentCount, option: undefined };
  if (word.startsWith('-')) {
    const named = command.options.find(({ long, short }) => word === long || word === short);
    const takesValue = named?.required || named?.optional;
    return { command, argumentCount, option: takesValue ? named : undefined };
  }
  const inner = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word));
  return inner === undefined
    ? { command, argumentCount: argumentCount + 1, option: undefined }
    : { command: inner, argumentCount: 0, option: undefined };
}

function choicesAt(
  command: Command,
  { argumentCount, option }: Omit<Place, 'command'>,
  last: string,
): readonly string[] {
  if (option !== undefined) return option.argChoices ?? [];
  if (last.startsWith('-')) return optionsOf(command);
  const [argument] = command.registeredArguments.slice(argumentCount);
  return [...commandsOf(command), ...(argument?.argChoices ?? [])];
}

function commandsOf(command: Command): readonly string[] {
  const help = command.createHelp();
  return help.visibleCommands(command).map((one) => one.name());
}

function optionsOf(command: Command): readonly string[] {
  const help = Object.assign(command.createHelp(), command.configureHelp());
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  return options.flatMap(({ long }) => long ?? []);
}
