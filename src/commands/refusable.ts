/** A command that may refuse: its reason is a line on stderr, and the exit code is 1. */
import { Refusal } from '../refusal.ts';

/** Throws what is no Refusal: a fault of ours. */
export async function refusable(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = 1;
  }
}
