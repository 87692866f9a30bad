/** A small disk of its own for a test: a tmpfs, really full when it is. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { PARTS_REQUIRED } from './parts.ts';

export class Disk {
  readonly path: string;
  readonly #ballast: string;

  constructor(path: string) {
    this.path = path;
    this.#ballast = join(path, 'ballast');
  }

  /** Leaves so many bytes. */
  fill(left = 256 << 10): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(this.#ballast, Buffer.alloc(bavail * bsize - left));
  }

  makeRoom(): void {
    rmSync(this.#ballast);
  }

  /** From now on nothing can be written; not possible while a file is open for writing. */
  makeReadOnly(): void {
    const { status, stderr } = spawnSync('mount', ['-o', 'remount,ro', this.path], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

/** @param size as mount takes it; undefined, with the reason told, where nothing can be mounted */
export function smallDisk(t: Test, size: string): Disk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path], {
    encoding: 'utf8',
  });
  t.teardown(() => {
    if (mounted.status === 0) spawnSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  if (mounted.status === 0) return new Disk(path);
  if (PARTS_REQUIRED) throw new Error(`tmpfs cannot be mounted: ${mounted.stderr}`);
  t.comment(`not run: tmpfs cannot be mounted: ${mounted.stderr}`);
  return undefined;
}
