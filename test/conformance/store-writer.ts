/** A process that writes batch after batch and says each that is written, until it is killed. */
import { writeSync } from 'node:fs';
import type { Store } from '../../src/store.ts';
import { BATCH, batchKey, VALUE_LENGTH } from './store.ts';

const [module, directory, from] = process.argv.slice(2);
const { default: open }: { default(directory: string): Promise<Store> } = await import(module!);
const store = await open(directory!);
for (let batch = Number(from); ; batch++) {
  const entries = Array.from({ length: BATCH }, (_, entry) => batchKey(batch, entry));
  await store.putMany(
    entries,
    entries.map(() => new Uint8Array(VALUE_LENGTH).fill(batch)),
  );
  writeSync(1, `${batch}\n`);
}
