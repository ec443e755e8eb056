/** Client: the identity under which work waits. One connection is one client; several may have one principal. */

/** One connection. Its identity is the object itself. */
export interface Client {
  /** The user on whose behalf it asks, or the network of a client that has not proved who it is. */
  readonly principal: string;
}

/** Programs in the process of the server. */
export const localClient: Client = { principal: '' };

/** Room for the reply to one get. It is taken before the value is read. */
export interface ReplyRoom {
  /** Takes room for a value of so many bytes. Returns false, and takes nothing, if the client has to wait. */
  reserve(valueBytes: number): boolean;
  /** Calls back once, when something of the bound has been given back. */
  onRoom(callback: () => void): void;
}
