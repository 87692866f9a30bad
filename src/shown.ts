/** What others have written, in a file or an answer, as a line of ours may quote it: of any length and any bytes. */

const LONGEST = 40;
/** So many names of columns say what file it is. */
const MOST_NAMES = 20;
/** Of no use on a screen, or worse. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffd]/gu;

/** Shortened to `most` characters, and without what a terminal would take for its own. */
export function shown(text: string, most = LONGEST): string {
  // Cut before and after: a cell may be as long as its file.
  const characters = [...text.slice(0, 2 * most + 2)];
  const short = characters.length > most ? `${characters.slice(0, most).join('')}…` : text;
  return short.replace(UNSEEN, '?');
}

/** Names of columns. */
export function shownNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names
    .slice(0, MOST_NAMES)
    .map((name) => shown(name))
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
