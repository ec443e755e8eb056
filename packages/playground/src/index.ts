/** The engine without a page: sessions, recordings, lessons. */
export type { Action, LoggedAction } from './engine/action.ts';
export type { Settings } from './engine/settings.ts';
export { settingsDefault } from './engine/settings.ts';
export type { Frame } from './engine/timeline/frame.ts';
export { Session } from './engine/timeline/session.ts';
export { hashOf } from './engine/timeline/state-hash.ts';
export { type Core, type CoreOf, shippedCore, shippedOnly } from './engine/world/core.ts';
