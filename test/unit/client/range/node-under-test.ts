/** The state machine of a server as a server in the same process: each request is one instance of the log. */
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import {
  type DoneReply,
  isRangeRead,
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
  #last: Promise<unknown> = Promise.resolve();

  private constructor(machine: StateMachine) {
    this.#machine = machine;
  }

  static async open(): Promise<NodeUnderTest> {
    return new NodeUnderTest(await StateMachine.open(new StateDatabase(memoryLevel()), everyLevel));
  }

  async submit(request: Request): Promise<DoneReply> {
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
    if (isRangeRead(request.command)) return this.#machine.readRange(request.command);
    const [reply] = await applyNext(this.#machine, request);
    if (reply === undefined) throw new Error('Each request has a reply.');
    return reply;
  }
}
