/** Numbers and times as the page says them. */

export function grouped(count) {
  return count.toLocaleString('en-US');
}

export function countText(alarms) {
  return alarms === 0 ? 'no alarm' : `${grouped(alarms)} alarm${alarms === 1 ? '' : 's'}`;
}

/** Six digits, as many as a plot can show. */
export function short(number) {
  return number == null ? '–' : String(Number(number.toPrecision(6)));
}

export function timeText(seconds) {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', 'Z');
}

/** Labels of the time axis: the hour, and the day where it begins. */
export function timesOfAxis(_plot, splits, _axis, _space, step) {
  let day = '';
  return splits.map((seconds) => {
    const [date, clock] = new Date(seconds * 1000).toISOString().split('T');
    const isNew = date !== day;
    day = date;
    if (step >= 86_400) return date;
    const text = clock.slice(0, step < 1 ? 12 : step < 60 ? 8 : 5);
    return isNew ? `${text}\n${date}` : text;
  });
}

/** Times its threshold. */
export function strangenessText(times) {
  return times == null ? 'strange' : `${short(Number(times.toPrecision(3)))} × threshold`;
}
