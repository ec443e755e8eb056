/** Prints text for people, newlines included. */
export type Print = (text: string) => void;
