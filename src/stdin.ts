/**
 * The chunks of stdin. From a pipe, as under Telegraf, they come in one buffer that is filled again and again:
 * Node's own stream allocates one for each, and with what comes with it takes three times as long.
 */
import { fstatSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

const STDIN = 0;
/** What a pipe holds on Linux, so the most that one read gives. */
const BUFFER_BYTES = 64 << 10;

/** Takes a chunk, which is valid until the answer has resolved; without an answer, until the return. */
export type Take = (chunk: Uint8Array) => Promise<void> | undefined;

/** Gives one chunk after the other to `take`; resolves at the end of stdin, rejects when it cannot be read or taken. */
export async function readStdin(take: Take): Promise<void> {
  if (isPipe(STDIN)) return readPipe(take);
  for await (const chunk of process.stdin) {
    const waiting = take(chunk);
    if (waiting !== undefined) await waiting;
  }
}

/** Whether the descriptor is a pipe or a socket: something with a reader or a writer behind it. */
export function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

function readPipe(take: Take): Promise<void> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.alloc(BUFFER_BYTES);
    const callback = (length: number): boolean => {
      try {
        const waiting = take(buffer.subarray(0, length));
        if (waiting === undefined) return true;
        waiting.then(() => socket.resume(), reject);
      } catch (error) {
        reject(error);
      }
      // No more for now: the pipe fills up, and its writer waits.
      return false;
    };
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd: STDIN,
      readable: true,
      writable: false,
      onread: { buffer, callback },
    };
    const socket = new Socket(options);
    socket.on('end', resolve).on('error', reject).resume();
  });
}
