/** A command that works until it is told to stop, and then ends in order. */

/** Aborts at Ctrl-C, and when nobody reads stdout any more. The second Ctrl-C kills. */
export function stopping(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      process.stderr.write(`STDOUT_FAILED: ${error.message}\n`);
      process.exitCode = 1;
    }
    stop.abort();
  });
  return stop.signal;
}
