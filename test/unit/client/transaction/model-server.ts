/** A server in the same process whose store is the model of the state machine. */
import type { StatusReply } from '@paxkv/protocol';
import { type DoneReply, type Request, refusalToError, type Stamp } from '@paxkv/protocol';
import { Model } from '../../kvserver/state-machine/model.ts';

export class ModelServer {
  readonly model = new Model();
  readonly requests: Request[] = [];
  /** Called before each request is applied. */
  before: (request: Request) => void = () => {};
  /** Changes the reply to each request. */
  change: (reply: DoneReply) => DoneReply = (reply) => reply;

  async submit(request: Request): Promise<DoneReply> {
    const { stamp } = request;
    // A client changes its stamps later.
    const taken = { ...request, ...(stamp && { stamp: copyOf(stamp) }) };
    this.requests.push(taken);
    this.before(taken);
    const reply = this.model.apply(taken);
    if (reply.type === 'refused') throw refusalToError(reply.reason);
    return this.change(reply);
  }

  status(): StatusReply {
    throw new Error('The model has no status.');
  }
}

function copyOf({ session, number, firstOutstanding }: Stamp): Stamp {
  return { session, number, firstOutstanding };
}
