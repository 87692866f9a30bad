/** The report's page. Its data lies in the page: `data` names the series, `series-0` and so on hold their columns. */
import { columnsOf } from './columns.js';
import { draw } from './plot.js';
import { countText, grouped, short, strangenessText, timeText } from './words.js';

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

/** For whoever waits for it, or measures it. */
function drawn(what) {
  performance.mark('drawn');
  document.documentElement.setAttribute('data-drawn', String(what));
}

function drawChosen() {
  const { index, columns } = chosen;
  chosen.plot?.destroy();
  chosen.plot = draw(element('plot'), data.series[index], columns, () => drawn(index));
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
  const columns = await columnsOf(element(`series-${index}`).textContent, entry.points);
  // Another one was chosen meanwhile.
  if (chosen.index !== index) return;
  chosen.columns = columns;
  drawChosen();
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
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (chosen.columns !== undefined) drawChosen();
  });
  window.addEventListener('resize', () =>
    chosen.plot?.setSize({ width: element('plot').clientWidth, height: chosen.plot.height }),
  );
  const [first] = list();
  if (first !== undefined) return show(first);
  element('name').textContent = 'Nothing was scored';
  drawn('nothing');
}

begin();
