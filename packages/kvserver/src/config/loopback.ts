/** Which addresses stay within the machine. */
import { isIP } from 'node:net';

/** Whether `address` can be reached from the machine itself only. A name is no address. */
export function isLoopback(address = ''): boolean {
  return isIP(address) !== 0 && (address === '::1' || /^(::ffff:)?127\./i.test(address));
}
