/**
 * The next version, made of the present source: it knows one more feature level, with a new command, a new meaning
 * of an old one, and a newer format of the messages between servers.
 */
import { baseLevel, thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { formats } from '@paxkv/kvserver/internal/transport/handshake';
import type { PatchSet } from '../mutants/patched-build/patch.ts';

/** The level that only the next version knows. */
export const nextLevel = thisVersion.highest + 1;

/** The format of messages between servers that only the next version speaks. */
export const nextFormat = formats.max + 1;

/** The path of the command that comes with the next level. It appends its value twice. */
export const appendTwicePath = '/v1/append-twice';

/** From the next level on, an opened session counts as this many. */
export const sessionIdStep = 10;

const tag = 77;

const appendTwice = `
const appendTwice = {
  ...append,
  type: 'appendTwice',
  tag: ${tag},
  path: '${appendTwicePath}',
  toRow: ({ key, value }) => [${tag}, key, value],
  fromRow: (row) => ({ ...append.fromRow(row), type: 'appendTwice' }),
  reply: {
    toRow: ({ revision, length }) => [${tag}, revision, length],
    fromRow: (row) => ({ ...append.reply.fromRow(row), type: 'appendTwice' }),
    json: {
      toJson: append.reply.json.toJson,
      schema: append.reply.json.schema.transform((reply) => ({ ...reply, type: 'appendTwice' })),
    },
  },
};`;

export const nextVersion: PatchSet = {
  id: 'next-version',
  patches: [
    {
      file: 'kvserver/src/state-machine/features.ts',
      right: `  highest: leaseLevel,
  commands: {`,
      wrong: `  highest: ${nextLevel},
  commands: { appendTwice: ${nextLevel},`,
    },
    {
      file: 'protocol/src/commands/table.ts',
      right: `export const commands = {
`,
      wrong: `${appendTwice}
export const commands = {
  appendTwice,
`,
    },
    {
      file: 'kvserver/src/state-machine/store/commands/table.ts',
      right: '  setAuth,\n}',
      wrong: `  setAuth,
  appendTwice: {
    apply(command, slot, changes) {
      append.apply(command, slot, changes);
      const reply = append.apply(command, slot, changes);
      return reply.type === 'append' ? { ...reply, type: 'appendTwice' } : reply;
    },
  },
}`,
    },
    {
      file: 'kvserver/src/state-machine/instance-applier.ts',
      right: '    return sessions.apply(request, slots, auth.storeFor(request, store));',
      wrong: `    const reply = sessions.apply(request, slots, auth.storeFor(request, store));
    if (reply.type === 'openSession' && this.#featureLevel >= ${nextLevel}) sessions.skip();
    return reply;`,
    },
    {
      file: 'kvserver/src/state-machine/sessions/sessions.ts',
      right: '  get count(): number {',
      wrong: `  skip() {
    this.#next += ${sessionIdStep - 1};
  }

  get count(): number {`,
    },
    {
      file: 'kvserver/src/transport/handshake.ts',
      right: `max: ${formats.max} };`,
      wrong: `max: ${nextFormat} };`,
    },
    {
      file: 'kvserver/src/transport/peer-transport.ts',
      right: 'withinLearnedBytes(envelope)',
      wrong: `withinLearnedBytes(link.formatVersion < ${nextFormat} ? envelope : { ...envelope, extra: true })`,
    },
    {
      file: 'kvserver/src/transport/checks/envelope-check.ts',
      right: '    to: peer,\n',
      wrong: '    to: peer,\n    extra: optional(flag),\n',
    },
  ],
};

/** The version before this one: it knows feature level 1 alone, at which a cluster has no incarnation. */
export const previousVersion: PatchSet = {
  id: 'previous-version',
  patches: [
    {
      file: 'kvserver/src/state-machine/features.ts',
      right: `  highest: leaseLevel,
  commands: {`,
      wrong: `  highest: baseLevel,
  commands: {`,
    },
  ],
};

/** The next version must add to the base level, or the run shows nothing. */
if (nextLevel <= baseLevel) throw new Error('the next version has no new level');
