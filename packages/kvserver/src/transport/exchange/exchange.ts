/** One side of a handshake, as a machine that takes frames and says what to do. It does no I/O. */
import type { Hello, HelloAnswer } from '../handshake.ts';

/** What the dialing server does next. */
export type DialerStep =
  | { readonly type: 'send'; readonly frame: Uint8Array }
  /** The handshake is over. `isProven`: the answer comes from a server that has the secret of the cluster. */
  | { readonly type: 'answered'; readonly answer: HelloAnswer; readonly isProven: boolean }
  | { readonly type: 'failed'; readonly reason: string };

export interface DialerExchange {
  /** The first frame. */
  begin(): Uint8Array;
  onFrame(frame: Uint8Array): DialerStep;
}

/** What the listening server does next. */
export type ListenerStep =
  | { readonly type: 'send'; readonly frame: Uint8Array }
  /** The other server has identified itself; the listener decides, and sends its `answer`. */
  | { readonly type: 'identified'; readonly hello: Hello }
  /** It is refused: it has not proven anything, or sends what it must not send. */
  | { readonly type: 'failed'; readonly reason: string };

export interface ListenerExchange {
  /** Whether the other server proves that it has the secret of the cluster before it counts as identified. */
  readonly isProving: boolean;
  onFrame(frame: Uint8Array): ListenerStep;
  /** The last frame. Its content is proven if the other server has proven itself. */
  answer(answer: HelloAnswer): Uint8Array;
}
