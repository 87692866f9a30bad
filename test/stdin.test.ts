import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const MODULE = new URL('../src/stdin.js', import.meta.url).href;
/** Several times what a pipe holds, no two places alike. */
const BYTES = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${i}\n`).join(''));

/** Runs a script in another process, as the shell command has it; gives what it wrote and said. */
function output(
  script: string,
  shell: string,
): Promise<{ written: Buffer; said: string; code: number | null }> {
  const program = `import { readStdin } from '${MODULE}'; ${script}`;
  const child = spawn('sh', ['-c', shell, process.execPath, program], { stdio: ['pipe', 'pipe', 'pipe'] });
  const written: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
  child.stderr.on('data', (chunk) => (said += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(BYTES);
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ written: Buffer.concat(written), said, code })),
  );
}

/** Copies stdin to stdout; every other chunk takes its time, and no chunk may come meanwhile. */
const COPY = `
  import { writeSync } from 'node:fs';
  let busy = false;
  let count = 0;
  await readStdin((chunk) => {
    if (busy) throw new Error('a chunk came too soon');
    for (let at = 0; at < chunk.length; )
      try { at += writeSync(1, chunk, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
    if (++count % 2 === 0) return undefined;
    const copy = Buffer.from(chunk);
    busy = true;
    return new Promise((resolve) => setTimeout(() => {
      if (!copy.equals(chunk)) throw new Error('the chunk was overwritten');
      busy = false;
      resolve();
    }, 1));
  });
  console.error('end');
`;

const PIPE = 'cat | "$0" --input-type=module -e "$1"';
const SOCKET = '"$0" --input-type=module -e "$1"';

for (const [what, shell] of [
  ['a pipe', PIPE],
  ['a socket', SOCKET],
] as const) {
  t.test(`all bytes of ${what} in order, each chunk whole until it is done with`, async (t) => {
    const { written, said } = await output(COPY, shell);
    t.equal(said, 'end\n');
    t.ok(written.equals(BYTES), `${written.length} of ${BYTES.length} bytes`);
  });
}

t.test('all bytes of a file', async (t) => {
  const file = fileURLToPath(import.meta.url);
  const { written, said } = await output(COPY, `"$0" --input-type=module -e "$1" < ${file}`);
  t.equal(said, 'end\n');
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file)) chunks.push(chunk);
  t.ok(written.equals(Buffer.concat(chunks)));
});

t.test('what take throws or rejects with is the answer', async (t) => {
  for (const take of ["() => { throw new Error('no') }", "() => Promise.reject(new Error('no'))"]) {
    const script = `await readStdin(${take}).catch((error) => { console.error(error.message); process.exit(3); })`;
    for (const shell of [PIPE, SOCKET]) {
      const { said, code } = await output(script, shell);
      t.same([said, code], ['no\n', 3], take);
    }
  }
});
