import t from 'tap';
import type { Alarm } from '../src/alarm.ts';
import { eventLine } from '../src/event.ts';
import { CRITICAL, WARNING } from '../src/judge.ts';

const OPEN: Alarm = {
  state: 'open',
  level: WARNING,
  start: 5n,
  end: undefined,
  value: 9.5,
  score: 7,
  surprise: Number.NaN,
  threshold: 4,
  band: undefined,
};
const line = (tagSet: string, field: string, alarm = OPEN) =>
  eventLine('anomaly', Buffer.from(tagSet), field, 'zscore', alarm);

t.test('a begin and an end', async (t) => {
  t.equal(
    line('cpu,host=a', 'usage'),
    'anomaly,host=a,measurement=cpu,field=usage,detector=zscore,level=warning,state=open ' +
      'start=5i,peak=9.5,reason="usage is 9.5, its score is 7 at a threshold of 4" 5\n',
  );
  t.equal(
    line('cpu', 'usage', {
      ...OPEN,
      state: 'end',
      level: CRITICAL,
      end: 8n,
      surprise: 4.56789,
      band: [1, 0, 2],
    }),
    'anomaly,measurement=cpu,field=usage,detector=zscore,level=critical,state=end ' +
      'start=5i,end=8i,peak=9.5,surprise=4.5679,expected=1,lower=0,upper=2,reason="usage is 9.5, expected 1 (0 to 2)" 8\n',
  );
});

t.test('names that need an escape', async (t) => {
  t.match(
    line(String.raw`we\ ird\,na=me\x,ta\ g=va\=lue`, String.raw`fi\ eld\,x`),
    String.raw`anomaly,ta\ g=va\=lue,measurement=we\ ird\,na\=me\x,field=fi\ eld\,x,detector=`,
  );
  t.match(line(String.raw`a\,b`, 'v'), String.raw`anomaly,measurement=a\,b,field=v,`);
});

t.test('a tag of the series that has the name of one of ours gives way', async (t) => {
  t.match(line('m,field=x,host=a,level=y,state=z', 'v'), /^anomaly,host=a,measurement=m,field=v,detector=/);
});
