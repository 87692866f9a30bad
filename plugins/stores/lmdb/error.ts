/** What can go wrong with the file, by code and in words. */

export type StoreCode =
  | 'STORE_MISSING'
  | 'STORE_NOT_FOUND'
  | 'STORE_DAMAGED'
  | 'STORE_INVALID'
  | 'STORE_READ_ONLY'
  | 'STORE_FULL'
  | 'STORE_FAILED';

export class StoreError extends Error {
  readonly code: StoreCode;

  constructor(code: StoreCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Numbers of LMDB (negative) and of the operating systems; 112 is Windows' for a full disk. */
const FULL = [28, 112, 122, -30_792];
const NOT_ALLOWED = [1, 13, 30];
/** LMDB gives the environment up: only a new process opens it again. */
const PANIC = -30_795;

/** The error of a commit that failed with `status`. A disk without room is also told as an error of input or output. */
export function failureOf(status: number, path: string, diskIsFull: boolean): StoreError {
  if (diskIsFull || FULL.includes(status))
    return new StoreError('STORE_FULL', `the disk of ${path} is full: make room`);
  if (NOT_ALLOWED.includes(status))
    return new StoreError('STORE_READ_ONLY', `${path} cannot be written (error ${status}): check its owner`);
  const next = status === PANIC ? 'restart the program' : 'check the disk';
  return new StoreError('STORE_FAILED', `writing to ${path} failed with error ${status}: ${next}`);
}

/** Any error as a StoreError; `what` says what could not be done. */
export function asStoreError(error: unknown, what: string): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = error as { code?: unknown; message: string };
  const number = typeof code === 'number' ? code : (error as { errno?: number }).errno;
  const found = NOT_ALLOWED.includes(Math.abs(number ?? 0))
    ? 'STORE_READ_ONLY'
    : FULL.includes(number ?? 0) || code === 'ENOSPC'
      ? 'STORE_FULL'
      : 'STORE_FAILED';
  return new StoreError(found, `${what}: ${message.split('\n')[0]}`);
}
