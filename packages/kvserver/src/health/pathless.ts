/** Takes the folders out of a text for clients: where a server keeps its data is nothing that they need to know. */

/** A path from the root, up to its last name. A path may follow a space, a quote or a parenthesis, but no address. */
const folders = /(?<=^|[\s'"`(=])\/(?:[^\s/'"`()]+\/)*(?=[^\s/'"`()]+)/g;

/** `text` with each absolute path reduced to its last name. */
export function withoutFolders(text: string): string {
  return text.replace(folders, '');
}
