/** Ctrl-C and SIGTERM ask for a clean end; asking twice ends the process at once. */
export function nextSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
      count += 1;
      if (count > 1) process.exit(130);
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
