/** In words, what a detector was given: a field as it is, or what was made of it. */
import type { Step } from './prepare.ts';

/** The begin of a sentence, e.g. `bytes_recv rises by 5.2 a second`; field and value as text. */
export function sentenceOf(steps: readonly Step[], field: string, value: string): string {
  const of = nounOf(steps.slice(0, -1), field);
  switch (steps.at(-1)) {
    case 'difference':
      return `${of} changes by ${value}`;
    case 'non_negative_derivative':
      return `${of} rises by ${value} a second`;
    case 'log':
      return `the logarithm of ${of} is ${value}`;
    default:
      return `${of} is ${value}`;
  }
}

/** A noun for it, e.g. `the rise of bytes_recv a second`. */
export function nounOf(steps: readonly Step[], field: string): string {
  const of = () => nounOf(steps.slice(0, -1), field);
  switch (steps.at(-1)) {
    case 'difference':
      return `the change of ${of()}`;
    case 'non_negative_derivative':
      return `the rise of ${of()} a second`;
    case 'log':
      return `the logarithm of ${of()}`;
    default:
      return field;
  }
}
