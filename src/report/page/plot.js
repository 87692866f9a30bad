/** A plot of a series: values, band, alarms and labelled windows. */
import { short, timesOfAxis, timeText } from './words.js';

/** uPlot's gaps are nulls. */
function withGaps(column) {
  return column.some(Number.isNaN)
    ? Array.from(column, (number) => (Number.isNaN(number) ? null : number))
    : column;
}

/** Shows all values that are in view, and of the band as much as leaves them room: it may begin very wide. */
function rangeOf({ value, lower, upper }, plot) {
  const [from, to] = plot.series[0].idxs ?? [0, value.length - 1];
  let [least, most, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = from; at <= to; at++) {
    if (value[at] < least) least = value[at];
    if (value[at] > most) most = value[at];
    if (lower[at] < low) low = lower[at];
    if (upper[at] > high) high = upper[at];
  }
  if (!(least <= most)) return [0, 1];
  const room = most - least || Math.abs(most) || 1;
  low = Math.max(Math.min(low, least), least - room / 2);
  high = Math.min(Math.max(high, most), most + room / 2);
  const margin = (high - low || room) / 20;
  return [low - margin, high + margin];
}

/** Fills the whole height between the times. */
function shade(plot, from, to, color) {
  const { left, top, width, height } = plot.bbox;
  const begin = Math.max(plot.valToPos(from, 'x', true), left);
  const end = Math.min(plot.valToPos(to, 'x', true), left + width);
  if (end < left || begin > left + width) return;
  plot.ctx.fillStyle = color;
  plot.ctx.fillRect(begin, top, Math.max(end - begin, 2), height);
}

/** Draws a series into an element that is empty afterwards but for it; `onDrawn` is told each time it was drawn. */
export function draw(holder, { alarms, windows, quantity }, columns, onDrawn) {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const flagged = Array.from(columns.value, (value, at) => (columns.level[at] > 0 ? value : null));
  const line = { points: { show: false }, value: (_, number) => short(number) };
  const axis = {
    stroke: color('faint'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { stroke: color('line') },
  };
  holder.replaceChildren();
  const shades = (plot) => {
    plot.ctx.save();
    for (const [from, to] of windows) shade(plot, from, to, color('label-back'));
    for (const [first, last] of alarms)
      shade(plot, columns.time[first], columns.time[last], color('alarm-back'));
    plot.ctx.restore();
  };
  return new uPlot(
    {
      width: holder.clientWidth,
      height: Math.max(280, Math.min(520, window.innerHeight * 0.55)),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      scales: { y: { range: (plot) => rangeOf(columns, plot) } },
      axes: [
        { ...axis, space: 80, values: timesOfAxis },
        { ...axis, size: 80 },
      ],
      bands: [{ series: [4, 3], fill: color('band') }],
      series: [
        { label: 'time (UTC)', value: (_, seconds) => (seconds == null ? '–' : timeText(seconds)) },
        { ...line, label: quantity, stroke: color('value'), width: 1 },
        { ...line, label: 'expected', stroke: color('expected'), width: 1, dash: [4, 4] },
        { ...line, label: 'lower' },
        { ...line, label: 'upper' },
        {
          ...line,
          label: 'in an alarm',
          stroke: color('alarm'),
          paths: () => null,
          points: { show: true, size: 5, stroke: color('alarm'), fill: color('alarm') },
        },
        { ...line, label: 'score / threshold', scale: 'score', show: false, stroke: color('faint') },
      ],
      hooks: {
        drawClear: [shades],
        draw: [onDrawn],
      },
    },
    [
      columns.time,
      columns.value,
      ...[columns.expected, columns.lower, columns.upper].map(withGaps),
      flagged,
      columns.strangeness,
    ],
    holder,
  );
}
