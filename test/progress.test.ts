import t from 'tap';
import { durationText, grouped, Pace, Progress } from '../src/progress.ts';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { written, sink: { isTTY, write: (text: string) => written.push(text) } };
}

const notDue = (): string => {
  throw new Error('not due');
};

t.test('a person sees one line that is written over', async (t) => {
  const { written, sink } = screen(true);
  let now = 0;
  const progress = new Progress(undefined, sink, () => now);
  progress.show(notDue);
  now = 200;
  progress.show(() => 'a');
  now = 399;
  progress.show(notDue);
  now = 400;
  progress.show(() => 'b');
  progress.say('stays');
  progress.say('stays, too');
  t.strictSame(written, ['\r\x1b[Ka', '\r\x1b[Kb', '\r\x1b[K', 'stays\n', 'stays, too\n']);
  progress.clear();
  t.equal(written.length, 5, 'nothing stands there');
});

t.test('a log gets a line now and then', async (t) => {
  const { written, sink } = screen(false);
  let now = 0;
  const progress = new Progress(0, sink, () => now);
  progress.show(() => 'a');
  now = 9_999;
  progress.show(notDue);
  now = 10_000;
  progress.show(() => 'b');
  progress.say('stays');
  t.strictSame(written, ['a\n', 'b\n', 'stays\n']);
});

t.test('rate and time left', async (t) => {
  let now = 5000;
  const pace = new Pace('points', () => now);
  t.equal(pace.text(0, 0), '0 points, 0/s, 0 %', 'nobody knows how long it will take');
  now = 8000;
  t.equal(pace.seconds, 3);
  t.equal(pace.text(1_200_000, 0.25), '1,200,000 points, 400,000/s, 25 %, 9 s left');
  t.equal(pace.text(1_200_000), '1,200,000 points, 400,000/s', 'of an unknown whole');
  t.equal(pace.text(5, 1), '5 points, 2/s, 100 %, 0 s left');
});

t.test('numbers as people write them', async (t) => {
  t.equal(grouped(1234567.4), '1,234,567');
  t.equal(durationText(0.2), '1 s');
  t.equal(durationText(89), '89 s');
  t.equal(durationText(91), '2 min');
  t.equal(durationText(5400), '1.5 h');
});
