/** A sound file is never called damaged, and a damaged one that is called sound ends no process. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { integer } from '../../../src/math/random.ts';
import { damageOf } from './check.ts';
import lmdb from './lmdb.ts';
