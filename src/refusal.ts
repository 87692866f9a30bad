/** What a subcommand tells its user in place of an answer: a code, what is wrong, where, and what to do. */
export class Refusal extends Error {
  /** In capitals, the subcommand first, as in STATE_EMPTY: what a script can ask for. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
