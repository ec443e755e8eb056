/** The node that owns a journal, and what is recorded about the journal outside of it. */
export interface JournalOwner {
  /** Unique to the node. Segments are made for it: under any other owner they count as damage. */
  readonly name: string;
  /** Whether a record may ever have been written. */
  readonly hasVoted: boolean;
  /** A write index that the journal is known to have reached. */
  readonly writeIndexReached: number;
  /** Records that the node may have voted. Called before any record but the first is written. */
  markVoted(): Promise<void>;
}
