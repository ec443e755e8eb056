/**
 * The process of the greedy clients: runs one load until it is told to end. It prints a line once the load runs, and
 * one with what came of it. It is a process of its own, so that its work does not delay the client that is measured.
 */
import { once } from 'node:events';
import { greedyLoads, runGreedy } from './loads.ts';

const [name, ...endpoints] = process.argv.slice(2);
const load = greedyLoads.find((each) => each.name === name);
if (load === undefined) throw new TypeError(`there is no load ${name}`);
const stop = new AbortController();
const result = runGreedy(load, endpoints, stop.signal, () => console.log('running'));
process.stdin.resume();
await once(process.stdin, 'end', { signal: AbortSignal.timeout(600_000) });
stop.abort();
console.log(JSON.stringify(await result));
