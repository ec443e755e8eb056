/**
 * A short name for a value of a recording: its number and its size. The token has the size as the retention policy
 * measures it, the number, the length and a digest.
 */
export function nameOfValue(token: string): string {
  const [size, number, length] = token.split(':');
  return length === undefined ? token : `#${number} ${size === '0' ? length : size} B`;
}
