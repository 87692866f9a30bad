/** Whether a state directory may be taught a history, and from where on. */
import { hash } from 'node:crypto';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { readCatalog } from '../state/archive.ts';
import { identityOf } from '../state/catalog.ts';
import { acquireLock, type Lock } from '../state/lock.ts';
import type { Store } from '../store.ts';
import { timeText } from '../time.ts';
import { finish } from '../waiting.ts';
import { decodeMark, type Mark } from './mark.ts';
import { newestTime } from './newest.ts';
import { MARK, one, rollBack } from './undo.ts';

/** What a training is to learn, and by which config. */
export interface Lesson {
  readonly config: Config;
  /** Names the history: a training that was interrupted goes on only with the same one. */
  readonly history: string;
  /** Its first time, in nanoseconds, from the position on where one is given. */
  readonly begin: (position: unknown) => Promise<bigint | undefined>;
  /** Throws a Refusal where going on at this position would pass over what is asked for. */
  readonly check?: (position: unknown, finished: boolean) => void;
}

/** The lock of a directory. Throws a Refusal where another process has it. */
export async function taken(directory: string): Promise<Lock> {
  try {
    return await acquireLock(directory, { retryFor: 0 });
  } catch (error) {
    const { code, holder, message } = error as { code: string; holder?: number; message: string };
    if (code !== 'LOCK_BUSY') throw new Refusal(code, message);
    throw new Refusal(
      'TRAIN_BUSY',
      `process ${holder} has ${directory}; stop it (Telegraf, where it is its child), or train another directory by --state`,
    );
  }
}

/**
 * From where to go on; puts back what a training has left that was killed. Throws a Refusal where the directory has
 * learned what is newer, is in the middle of another history, or the config has changed meanwhile.
 */
export async function goingOn(store: Store, directory: string, lesson: Lesson): Promise<Mark> {
  const { config, history } = lesson;
  const digest = digestOf(config);
  const found = decodeMark(await one(store, MARK));
  const fresh: Mark = {
    number: found?.number ?? 0,
    session: 0,
    history,
    position: undefined,
    finished: false,
    points: 0,
    config: digest,
  };
  const catalog = await finish(readCatalog(store));
  if (catalog === undefined) return fresh;
  // A mark is made before anything else, so a later session is another program's.
  if (found !== undefined && catalog.session <= found.session) {
    await rollBack(store);
    const unfinished = !found.finished && found.position !== undefined;
    if (unfinished && found.history !== history)
      throw new Refusal(
        'TRAIN_UNFINISHED',
        `${directory} is in the middle of another history: ${found.history}; finish that one first, or remove the directory`,
      );
    if (unfinished && found.config !== digest)
      throw new Refusal(
        'TRAIN_CONFIG_CHANGED',
        `a part of this history was learned by another config; take that one again, or remove ${directory} and begin anew`,
      );
    if (found.history === history) {
      if (found.position !== undefined) lesson.check?.(found.position, found.finished);
      return { ...found, finished: false, config: digest };
    }
  }
  const newest = await newestTime(store);
  const begin = newest === undefined ? undefined : await lesson.begin(undefined);
  if (newest !== undefined && begin !== undefined && newest >= begin)
    throw new Refusal(
      'TRAIN_NEWER',
      `${directory} knows values up to ${timeText(newest)}, and the history begins at ${timeText(begin)}: what is older than a series' last value is not learned; begin with what comes later, or train an empty directory (--state, or remove this one)`,
    );
  return fresh;
}

function digestOf({ agent, state, detectors }: Config): string {
  const told = detectors.map(({ detector, options, policy }) => [
    identityOf(detector, options, policy.alias),
    options,
    policy,
  ]);
  const text = JSON.stringify([agent.annotation_prefix, agent.late_limit, state.idle_expiry, told]);
  return hash('sha256', text, 'hex').slice(0, 16);
}
