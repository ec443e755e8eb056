export { KvError } from './errors.ts';
