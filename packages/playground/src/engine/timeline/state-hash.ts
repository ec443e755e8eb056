/** A hash of all that a frame shows: the same for the same state, in Node and in every browser. */
import type { Frame } from './frame.ts';

/** Returns 16 hexadecimal digits. Different states have the same hash only by rare chance. */
export function hashOf(frame: Frame): string {
  const text = JSON.stringify(frame);
  const [high, low] = [hash32(text, 0x243f6a88), hash32(text, 0x85a308d3)];
  return `${hex(high)}${hex(low)}`;
}

function hash32(text: string, salt: number): number {
  let bits = salt;
  for (let at = 0; at < text.length; at += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(at), 0x9e3779b1);
    bits ^= bits >>> 15;
  }
  bits = Math.imul(bits ^ text.length, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
