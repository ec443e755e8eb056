/**
 * Addresses: a recording in the part of a URL after `#`, so that a run can be shared.
 *
 * ```text
 *   s=7&n=5&led=1&m=51&a=31p0.0.hello~40c2
 *   │   │   │     │    └ actions: moment, code, arguments
 *   │   │   │     └ the moment to look at
 *   seed, peers, with a leader
 * ```
 */
import type { Action, LoggedAction } from '../action.ts';
import { peerCountMax, peerCountMin, type Settings, settingsDefault } from '../settings.ts';
import { momentMax, type Recording } from './session.ts';

type Type = Action['type'];

const codes: Readonly<Record<Type, string>> = {
  propose: 'p',
  done: 'd',
  crash: 'c',
  restart: 'r',
  wipe: 'w',
  stop: 's',
  pause: 'z',
  resume: 'u',
  deafen: 'f',
  undeafen: 'g',
  cut: 'x',
  mend: 'y',
  partition: 'o',
  heal: 'h',
  lossy: 'l',
  calm: 'k',
  lose: 'L',
  delay: 'D',
  repeat: 'R',
  skew: 't',
  put: 'P',
  get: 'G',
};

const types = new Map(Object.entries(codes).map(([type, code]) => [code, type as Type]));

export function addressOf({ settings, log, moment }: Recording): string {
  const { seed, peerCount, isLed, network, hasServers, mutant } = settings;
  return [
    `s=${escapeText(seed)}`,
    `n=${peerCount}`,
    ...(isLed ? ['led=1'] : []),
    ...(network === 'lossy' ? ['net=lossy'] : []),
    ...(hasServers ? ['kv=1'] : []),
    ...(mutant === undefined ? [] : [`mut=${escapeText(mutant)}`]),
    `m=${moment}`,
    ...(log.length > 0 ? [`a=${log.map(encodeLogged).join('~')}`] : []),
  ].join('&');
}

/** Reads a recording from an address. Parts that are not valid are left out. */
export function recordingAt(address: string): Recording {
  const parameters = parametersOf(address);
  const peerCount = wholeNumber(parameters.get('n'), settingsDefault.peerCount);
  const mutant = parameters.get('mut');
  const settings: Settings = {
    seed: unescapeText(parameters.get('s') ?? settingsDefault.seed),
    peerCount: Math.min(peerCountMax, Math.max(peerCountMin, peerCount)),
    isLed: parameters.get('led') === '1',
    network: parameters.get('net') === 'lossy' ? 'lossy' : 'calm',
    hasServers: parameters.get('kv') === '1',
    mutant: mutant && unescapeText(mutant),
  };
  const moment = Math.min(momentMax, wholeNumber(parameters.get('m'), 0));
  const log = (parameters.get('a') ?? '')
    .split('~')
    .flatMap((text) => decodeLogged(text) ?? [])
    .filter(({ action }) => isAmong(action, settings.peerCount));
  return { settings, log, moment };
}

/** The texts of an address by their names, still escaped. */
export function parametersOf(address: string): ReadonlyMap<string, string> {
  const parts = address.replace(/^#/, '').split('&');
  return new Map(
    parts.map((part) => {
      const [name = '', ...rest] = part.split('=');
      return [name, rest.join('=')];
    }),
  );
}

function encodeLogged({ at, action }: LoggedAction): string {
  return `${at}${codes[action.type]}${argumentsOf(action).map(escapeText).join('.')}`;
}

function argumentsOf(action: Action): (string | number)[] {
  switch (action.type) {
    case 'propose':
      return [action.peer, action.seq, action.value];
    case 'done':
      return [action.peer, action.seq];
    case 'cut':
    case 'mend':
      return [action.from, action.to];
    case 'partition':
      return action.groups.map((group) => group.join(''));
    case 'heal':
    case 'lossy':
    case 'calm':
      return [];
    case 'lose':
    case 'delay':
    case 'repeat':
      return [action.message];
    case 'skew':
      return [action.peer, Math.round(action.rate * 100)];
    case 'put':
      return [action.peer, action.key, action.value];
    case 'get':
      return [action.peer, action.key];
    default:
      return [action.peer];
  }
}

function decodeLogged(text: string): LoggedAction | undefined {
  const [, at = '', code = '', rest = ''] = /^(\d+)([a-zA-Z])(.*)$/s.exec(text) ?? [];
  const type = types.get(code);
  if (type === undefined) return undefined;
  const words = rest.split('.').map(unescapeText);
  return { at: Number(at), action: toAction(type, words) };
}

function toAction(type: Type, words: readonly string[]): Action {
  const [first = '', second = '', third = ''] = words;
  const peer = Number(first);
  switch (type) {
    case 'propose':
      return { type, peer, seq: wholeNumber(second, 0), value: third };
    case 'done':
      return { type, peer, seq: wholeNumber(second, 0) };
    case 'cut':
    case 'mend':
      return { type, from: peer, to: Number(second) };
    case 'partition':
      return { type, groups: words.map((word) => [...word].map(Number)) };
    case 'heal':
    case 'lossy':
    case 'calm':
      return { type };
    case 'lose':
    case 'delay':
    case 'repeat':
      return { type, message: wholeNumber(first, 0) };
    case 'skew':
      return { type, peer, rate: Math.max(1, wholeNumber(second, 100)) / 100 };
    case 'put':
      return { type, peer, key: second, value: third };
    case 'get':
      return { type, peer, key: second };
    default:
      return { type, peer };
  }
}

/** Whether all peers that the action names exist. */
function isAmong(action: Action, peerCount: number): boolean {
  const groups = action.type === 'partition' ? action.groups.flat() : [];
  const named = [
    ...groups,
    ...('peer' in action ? [action.peer] : []),
    ...('from' in action ? [action.from, action.to] : []),
  ];
  const isUnique = new Set(groups).size === groups.length;
  return isUnique && named.every((peer) => Number.isInteger(peer) && peer >= 0 && peer < peerCount);
}

/** Escapes a text for the URL, together with the two characters that separate arguments and actions. */
function escapeText(text: string | number): string {
  return encodeURIComponent(text).replaceAll('.', '%2E').replaceAll('~', '%7E');
}

function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function wholeNumber(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : otherwise;
}
