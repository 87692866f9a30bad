/** "Did you mean": the name that a mistyped one stands for. */

/** How many letters must be changed, added, dropped or swapped with the next. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[from.length]![to.length]!;
}

/** The one of `names` that is nearest to `name`, if any is near: a third of its letters may differ, rounded up. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '_');
  let best: string | undefined;
  let least = Math.ceil(name.length / 3) + 1;
  for (const candidate of names) {
    const away = distance(plain(name), plain(candidate));
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}

/** What to write instead of `name`: the nearest of `names`, or all of them. */
export function suggest(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? `valid: ${names.join(', ')}` : `did you mean "${near}"?`;
}
