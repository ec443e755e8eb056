/** Text of another server, made safe for a log line, a goodbye and a terminal: printable and short. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
