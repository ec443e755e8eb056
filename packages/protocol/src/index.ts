/** The contract between clients and servers: commands, replies, errors, limits and codecs. */
export * from './command.ts';
export * from './contract.ts';
export * from './errors.ts';
export * from './rows/command-row.ts';
export * from './rows/packed.ts';
export * from './rows/reply-row.ts';
