/** Says which fields are taken for counters: once per instance and field, of however many series. */
import type { Log } from './log.ts';

/** Lines in all, as names of fields may be without end. */
const MOST_LINES = 100;

export class CounterLog {
  readonly #log: Log;
  readonly #said = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * A series was found to be a counter, or to be none after all.
   * @param alias of the instance
   * @param tagSet and its field as they stand in the line
   */
  say(alias: string, tagSet: string, field: string, isCounter: boolean): void {
    const what = JSON.stringify([alias, field, isCounter]);
    if (this.#said.size > MOST_LINES || this.#said.has(what)) return;
    this.#said.add(what);
    if (this.#said.size > MOST_LINES) this.#log.info('COUNTER: what else is taken for a counter is not told');
    else if (isCounter)
      this.#log.info(
        `COUNTER: "${alias}" takes ${field} for a counter, first of ${tagSet}, and watches how fast it rises; counter = "off" leaves it as it is`,
      );
    else
      this.#log.info(
        `COUNTER: "${alias}" watches ${field} of ${tagSet} as it is again: it has fallen by little, which no counter does`,
      );
  }
}
