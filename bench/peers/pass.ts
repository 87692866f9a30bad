/** Bytes from stdin to stdout and nothing else, by Node's streams as the program uses them. */
for await (const chunk of process.stdin) {
  if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}
