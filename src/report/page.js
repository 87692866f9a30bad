/** The report's page. Its data lies in the page: `data` names the series, `series-0` and so on hold their columns. */

/** Entries of the list that are shown at once; the search finds the others. */
const MOST_LISTED = 500;
const MOST_ALARMS = 200;
const LEVELS = ['ok', 'warning', 'critical'];

const element = (id) => document.getElementById(id);
const data = JSON.parse(element('data').textContent);
const names = data.series.map(({ tag_set, quantity, detector }) =>
  `${tag_set} ${quantity} ${detector}`.toLowerCase(),
);
const chosen = { index: -1, columns: undefined, plot: undefined };

function grouped(count) {
  return count.toLocaleString('en-US');
}

function countText(alarms) {
  return alarms === 0 ? 'no alarm' : `${grouped(alarms)} alarm${alarms === 1 ? '' : 's'}`;
}

/** Six digits, as many as a plot can show. */
function short(number) {
  return number == null ? '–' : String(Number(number.toPrecision(6)));
}

function timeText(seconds) {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', 'Z');
}

/** Labels of the time axis: the hour, and the day where it begins. */
function timesOfAxis(_plot, splits, _axis, _space, step) {
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
function strangenessText(times) {
  return times == null ? 'strange' : `${short(Number(times.toPrecision(3)))} × threshold`;
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64 !== undefined) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The columns of a series, as write.ts packs them. */
async function columnsOf(index) {
  const stream = new Blob([bytesOf(element(`series-${index}`).textContent)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  const buffer = await new Response(stream).arrayBuffer();
  const { points } = data.series[index];
  const time = new Float64Array(buffer, 0, points);
  for (let at = 1; at < points; at++) time[at] += time[at - 1];
  const value = new Float64Array(buffer, 8 * points, points);
  const [expected, lower, upper, strangeness] = [16, 20, 24, 28].map(
    (offset) => new Float32Array(buffer, offset * points, points),
  );
  return {
    time,
    value,
    expected,
    lower,
    upper,
    strangeness,
    level: new Uint8Array(buffer, 32 * points, points),
  };
}

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

/** For whoever waits for it, or measures it. */
function drawn(what) {
  performance.mark('drawn');
  document.documentElement.setAttribute('data-drawn', String(what));
}

function draw(index, columns) {
  const { alarms, windows, quantity } = data.series[index];
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const flagged = Array.from(columns.value, (value, at) => (columns.level[at] > 0 ? value : null));
  const line = { points: { show: false }, value: (_, number) => short(number) };
  const axis = {
    stroke: color('faint'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { stroke: color('line') },
  };
  const holder = element('plot');
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
        draw: [() => drawn(index)],
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

function zoom(from, to) {
  chosen.plot.setScale('x', { min: from, max: to });
}

/** The alarm in the middle, and as much on either side. */
function zoomTo([first, last]) {
  const { time } = chosen.columns;
  const [from, to] = [time[first], time[last]];
  const step = (time.at(-1) - time[0]) / Math.max(time.length - 1, 1);
  const room = Math.max(to - from, 50 * step);
  zoom(from - room, to + room);
}

function button(text, detail, onClick) {
  const entry = document.createElement('li');
  const made = document.createElement('button');
  made.type = 'button';
  made.append(text);
  const small = document.createElement('small');
  small.append(detail);
  made.append(small);
  made.addEventListener('click', onClick);
  entry.append(made);
  return entry;
}

function listAlarms({ alarms, points }) {
  const { time, value, expected, lower, upper, strangeness } = chosen.columns;
  element('alarms-title').textContent = `${countText(alarms.length)} among ${grouped(points)} values`;
  const entries = alarms.slice(0, MOST_ALARMS).map((alarm) => {
    const [first, last, peak, level] = alarm;
    const band = Number.isNaN(expected[peak])
      ? ''
      : `, expected ${short(expected[peak])} (${short(lower[peak])} to ${short(upper[peak])})`;
    return button(
      `${timeText(time[first])} to ${timeText(time[last])}: ${LEVELS[level]}`,
      `${short(value[peak])}${band}, ${strangenessText(strangeness[peak])}`,
      () => zoomTo(alarm),
    );
  });
  element('alarms').replaceChildren(...entries);
}

async function show(index) {
  chosen.index = index;
  for (const other of element('series').querySelectorAll('button'))
    other.setAttribute('aria-current', String(Number(other.dataset.index) === index));
  const entry = data.series[index];
  element('name').textContent = `${entry.tag_set} ${entry.quantity}`;
  element('labelled').hidden = entry.windows.length === 0;
  element('about').textContent = `${entry.detector}: at most ${strangenessText(entry.strangest)}`;
  const columns = await columnsOf(index);
  // Another one was chosen meanwhile.
  if (chosen.index !== index) return;
  chosen.plot?.destroy();
  chosen.columns = columns;
  chosen.plot = draw(index, columns);
  listAlarms(entry);
}

/** Every word must be in the name. */
function list() {
  const words = element('search').value.toLowerCase().split(/\s+/);
  const indices = [...data.series.keys()].filter((index) =>
    words.every((word) => names[index].includes(word)),
  );
  const entries = indices.slice(0, MOST_LISTED).map((index) => {
    const { tag_set, quantity, alarms, strangest, strangest_alarm } = data.series[index];
    const item = button(
      `${tag_set} ${quantity}`,
      `${countText(alarms.length)}, ${strangenessText(strangest_alarm || strangest)}`,
      () => show(index),
    );
    const made = item.querySelector('button');
    made.dataset.index = String(index);
    made.setAttribute('aria-current', String(index === chosen.index));
    made.querySelector('small').classList.toggle('many', alarms.length > 0);
    return item;
  });
  element('series').replaceChildren(...entries);
  const rest = indices.length > MOST_LISTED ? `, the first ${MOST_LISTED} are shown` : '';
  element('matches').textContent =
    `${grouped(indices.length)} of ${grouped(data.series.length)} series${rest}; with alarms first, each by its strangest moment`;
  return indices;
}

function begin() {
  const alarms = data.series.reduce((sum, entry) => sum + entry.alarms.length, 0);
  const thinned =
    data.shown < data.points
      ? `; ${grouped(data.shown)} are shown: of every stretch the least, the greatest and the strangest, and all in alarms`
      : '';
  element('summary').textContent =
    `${grouped(data.series.length)} series, ${grouped(data.points)} values, ${countText(alarms)}${thinned}`;
  element('search').addEventListener('input', list);
  element('whole').addEventListener('click', () => {
    const { time } = chosen.columns;
    zoom(time[0], time.at(-1));
  });
  const redraw = () => {
    if (chosen.columns === undefined) return;
    chosen.plot.destroy();
    chosen.plot = draw(chosen.index, chosen.columns);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  window.addEventListener('resize', () =>
    chosen.plot?.setSize({ width: element('plot').clientWidth, height: chosen.plot.height }),
  );
  const [first] = list();
  if (first !== undefined) return show(first);
  element('name').textContent = 'Nothing was scored';
  drawn('nothing');
}

begin();
