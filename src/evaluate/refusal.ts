/** Told to the user in place of an evaluation: a code, what is wrong, where, and what to do. */
export class EvaluationError extends Error {
  readonly code: `EVALUATE_${string}`;

  constructor(code: EvaluationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
