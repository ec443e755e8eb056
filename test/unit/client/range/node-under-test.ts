/** The state machine of a server as a server in the same process: each request is one instance of the log. */
import type { SubmitOptions } from '@paxkv/kvserver/internal/replica/submitter';
import { isWatch, Watches } from '@paxkv/kvserver/internal/replica/watch/watches';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { systemClock } from '@paxkv/kvserver/internal/system/clock';
import {
  type DoneReply,
  KvError,
  type Reply,
  type Request,
  refusalToError,
  type StatusReply,
} from '@paxkv/protocol';
import { applyNext, memoryLevel } from '../../kvserver/state-machine/fixtures.ts';
import { everyLevel } from '../../kvserver/state-machine/range-commands.ts';

export class NodeUnderTest {
  readonly requests: Request[] = [];
  /** Called before each request. */
  before: (request: Request) => void = () => {};
  /** Changes the reply to each request. */
  change: (reply: DoneReply) => DoneReply = (reply) => reply;
  readonly #machine: StateMachine;
  readonly #watches: Watches;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(machine: StateMachine) {
    this.#machine = machine;
    this.#watches = new Watches({
      clock: systemClock,
      machine: () => machine,
      submit: async () => ({ type: 'get', entry: undefined }),
    });
  }

  static async open(): Promise<NodeUnderTest> {
    return new NodeUnderTest(await StateMachine.open(new StateDatabase(memoryLevel()), everyLevel));
  }

  async submit(request: Request, options: SubmitOptions = {}): Promise<DoneReply> {
    const { command, consistency } = request;
    if (isWatch(command)) {
      this.requests.push(request);
      this.before(request);
      return this.change(await this.#watches.read(command, { ...options, consistency }));
    }
    const turn = this.#last.then(() => this.#do(request));
    this.#last = turn.catch(() => {});
    const reply = await turn;
    if (reply.type === 'refused') throw refusalToError(reply.reason);
    return this.change(reply);
  }

  status(): StatusReply {
    throw new Error('It has no status.');
  }

  async #do(request: Request): Promise<Reply> {
    this.requests.push(request);
    this.before(request);
    const { command } = request;
    if (command.type === 'scan' || command.type === 'count') {
      const page = await this.#machine.readRange(command);
      if (typeof page === 'string') throw new KvError('KV_COMPACTED', page);
      return page;
    }
    const [reply] = await applyNext(this.#machine, request);
    this.#watches.onApplied();
    if (reply === undefined) throw new Error('Each request has a reply.');
    return reply;
  }
}
