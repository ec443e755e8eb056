/** Reads exported histories as an external checker would, so that tests can predict its verdict. */
import type { Operation } from '../operation.ts';

type Call = Pick<Operation, 'process' | 'key'> & {
  readonly name: 'get' | 'put' | 'append';
  readonly position: number;
  readonly value: string | undefined;
};

/** Pending calls by process. */
class Calls {
  readonly operations: Operation[] = [];
  readonly #open = new Map<number, Call>();

  begin(call: Call): void {
    if (this.#open.has(call.process)) throw new Error(`process ${call.process} is busy`);
    this.#open.set(call.process, call);
  }

  /** `answered`: the value that a get read. */
  end(process: number, position: number, answered: string | undefined): void {
    const call = this.#take(process);
    const { name, value = '' } = call;
    const made = { ...call, id: this.operations.length };
    this.operations.push(
      name === 'get'
        ? { ...made, name, fate: { name: 'ok', position, answer: { value: answered } } }
        : { ...made, name, value, fate: { name: 'ok', position, answer: {} } },
    );
  }

  drop(process: number): void {
    this.#take(process);
  }

  /** The remaining operations stay open to the end of the history. */
  close(): Operation[] {
    for (const call of this.#open.values()) {
      if (call.name === 'get') throw new Error(`a get of process ${call.process} has no end`);
      const { name, value = '' } = call;
      const id = this.operations.length;
      this.operations.push({ ...call, id, name, value, fate: { name: 'open' } });
    }
    return this.operations;
  }

  #take(process: number): Call {
    const call = this.#open.get(process);
    if (call === undefined) throw new Error(`process ${process} is idle`);
    this.#open.delete(process);
    return call;
  }
}

/** A register is `nil` at first. @throws Error if a line violates the format */
export function readJepsenRegister(text: string): Operation[] {
  const calls = new Calls();
  for (const [position, line] of linesOf(text)) {
    const match = /^INFO {2}jepsen\.util - (\d+)\s+:(\w+)\s+:(read|write)\s+(\S+)$/.exec(line);
    const [, process = '', kind = '', f = '', value = ''] = match ?? refuse(line);
    const answered = value === 'nil' ? undefined : value;
    const name = f === 'read' ? 'get' : 'put';
    if (kind === 'invoke') {
      const isFit = name === 'get' ? value === 'nil' : /^\d+$/.test(value);
      if (!isFit) refuse(line);
      calls.begin({ process: Number(process), key: 'register', name, position, value: answered });
    } else if (kind === 'ok' && /^(?:\d+|nil)$/.test(value)) {
      calls.end(Number(process), position, answered);
    } else if (kind === 'fail' && name === 'get' && value === ':timed-out') {
      calls.drop(Number(process));
    } else if (kind !== 'info' || value !== ':timed-out') {
      refuse(line);
    }
  }
  return calls.close();
}

/** Every key is empty at first. @throws Error if a line violates the format */
export function readJepsenKv(text: string): Operation[] {
  const pattern =
    /^\{:process (\d+), :type :(invoke|ok), :f :(get|put|append), :key "([^"]*)", :value (?:"([^"]*)"|nil)\}$/;
  const calls = new Calls();
  const keys = new Set<string>();
  for (const [position, line] of linesOf(text)) {
    if (Buffer.byteLength(line) >= 4096) refuse(line);
    const [, process = '', type, f = '', key = '', value] = pattern.exec(line) ?? refuse(line);
    if (type === 'ok') {
      calls.end(Number(process), position, value);
      continue;
    }
    const name = f === 'get' ? 'get' : f === 'put' ? 'put' : 'append';
    if ((name === 'get') !== (value === undefined)) refuse(line);
    calls.begin({ process: Number(process), key, name, position, value });
    keys.add(key);
  }
  return [...[...keys].map(toEmptying), ...calls.close()];
}

/** Operations that give our store the initial state of the checker's model. */
function toEmptying(key: string, index: number): Operation {
  const fate = { name: 'ok', position: -1, answer: {} } as const;
  return { name: 'put', id: -1 - index, process: -1, key, value: '', position: -2, fate };
}

function* linesOf(text: string): Iterable<[number, string]> {
  yield* text.split('\n').slice(0, -1).entries();
}

function refuse(line: string): never {
  throw new Error(`not of this format: ${line}`);
}
