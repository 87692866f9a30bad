import t from 'tap';
import { BadRows } from '../../src/csv/bad-rows.ts';

t.test('the first are told one by one, all are counted', async (t) => {
  const said: string[] = [];
  const rows = new BadRows((line) => said.push(line));
  rows.tell();
  t.strictSame(said, []);
  for (let line = 1; line <= 1234; line++) rows.add('a.csv', line, 'too short');
  rows.tell();
  t.equal(said[0], 'CSV_ROW: a.csv:1: too short; the row is left out');
  t.equal(said.length, 22);
  t.equal(said.at(-1), 'CSV_ROWS: 1,234 rows were left out');
});
