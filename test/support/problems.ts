/** How the tests write down what is wrong with a config. */
import type { Problem } from '../../src/config/problem.ts';

/** `line:column CODE`, with `warning` before the code of one. */
export function brief({ place, severity, code }: Problem): string {
  const at = place === undefined ? '' : `${place.line}:${place.column} `;
  return `${at}${severity === 'warning' ? 'warning ' : ''}${code}`;
}
