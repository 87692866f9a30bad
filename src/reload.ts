/**
 * Notices that a file has new content. By asking for its state now and then: that sees all that can happen to it,
 * also what the system's notifications miss (network file systems, links that are turned to another directory, as
 * Kubernetes does with a ConfigMap), and costs a microsecond a second.
 */
import { readFile, stat } from 'node:fs/promises';

/** Milliseconds. */
const POLL = 1000;
/** So long a file must not change until it counts as written. */
const SETTLE = 200;

export interface Watched {
  /** Nothing is called any more. */
  close(): void;
}

/**
 * Calls `onChange` with the text of the file each time that it has changed and the file has been left alone for a
 * moment. A file that is away or cannot be read is waited for. Does not keep the process alive.
 *
 * @param text what the file is known to hold, without a byte order mark
 */
export function watchFile(path: string, text: string, onChange: (text: string) => void): Watched {
  let known = text;
  let read = '';
  let seen = '';
  let timer = setTimeout(poll, POLL).unref();
  let closed = false;

  async function poll(): Promise<void> {
    const now = await stateOf(path);
    const settled = now === seen;
    seen = now;
    if (settled && now !== read) {
      const found = await textOf(path);
      // Else it was written while we read.
      if (found !== undefined && (await stateOf(path)) === now) {
        read = now;
        if (found !== known && !closed) {
          known = found;
          queueMicrotask(() => onChange(found));
        }
      }
    }
    if (!closed) timer = setTimeout(poll, settled ? POLL : SETTLE).unref();
  }

  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Which file it is and when it was written last; of what a link leads to. Empty when there is none. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return '';
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch {
    return undefined;
  }
}
