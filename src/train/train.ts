/** Teaches a state directory a history, piece by piece, so that it can be interrupted anywhere and gone on with. */
import { Training, type TrainingOptions } from './training.ts';

/** What is to be learned, in time order within each series. */
export interface History {
  /** Which history it is: the same name is the same points, and perhaps some that come later. */
  readonly name: string;
  /** Its first time, in nanoseconds; undefined where it has no points. */
  begin(): Promise<bigint | undefined>;
  /** From a position on that a piece has told, or from its begin. May throw a Refusal. */
  read(position: unknown): AsyncGenerator<Piece, void, undefined>;
  /** Throws a Refusal where going on at a position would pass over what is asked for. */
  check?(position: unknown, finished: boolean): void;
  /** In words, where in the history the position is. */
  describe(position: unknown): string;
}

/** A piece of line protocol, which may end in the middle of a line. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** What comes behind it does not go on with a line of it. */
  readonly ends: boolean;
  /** Of the history, how much is learned with it, in [0, 1]. */
  readonly share: number;
  /** Where to go on behind it, less the last `held` bytes, as JSON keeps it; undefined where nobody can go on. */
  position(held: number): unknown;
}

export interface TrainOptions extends Omit<TrainingOptions, 'history' | 'begin' | 'check'> {
  readonly history: History;
  /** Ends the training before its time, with what was learned saved. */
  readonly stop: AbortSignal;
  /** Called between the pieces. */
  readonly onProgress: (training: Training, share: number) => void;
}

export interface Trained {
  readonly training: Training;
  /** Undefined where all has been learned. */
  readonly stoppedAt: string | undefined;
}

/** Learns the history, or what is left of it. Throws a Refusal; what was learned before it is saved, as far as it can be. */
export async function train(options: TrainOptions): Promise<Trained> {
  const { history, stop, onProgress } = options;
  const begin = () => history.begin();
  const check = (position: unknown, finished: boolean) => history.check?.(position, finished);
  const training = await Training.open({ ...options, history: history.name, begin, check });
  let { position } = training;
  const pieces = history.read(position);
  try {
    let failure: unknown;
    let whole = false;
    for (;;) {
      const next = await pieces.next().catch((error: unknown) => {
        failure = error;
      });
      whole = next?.done === true;
      if (next === undefined || next.done) break;
      const piece = next.value;
      await training.learn(piece.bytes);
      if (piece.ends) await training.endPart();
      onProgress(training, piece.share);
      const reached = piece.position(training.held);
      if (reached === undefined) continue;
      position = reached;
      if (stop.aborted) break;
      if (training.isDue) await training.checkpoint(position, false);
    }
    // What came before a place that cannot be read is whole.
    await training.checkpoint(position, whole);
    await training.tidy();
    if (failure !== undefined && !stop.aborted) throw failure;
    return { training, stoppedAt: whole ? undefined : placeOf(history, position) };
  } finally {
    await pieces.return(undefined).catch(() => {});
    await training.close();
  }
}

function placeOf(history: History, position: unknown): string {
  return position === undefined ? 'the begin' : history.describe(position);
}
