import { existsSync, lstatSync, readFileSync, rmdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { reportOf } from '../../src/replay/report.ts';
import { Hot } from '../../src/state/hot.ts';

t.test('what could not be written is refused at once', async (t) => {
  const dir = t.testdir({ labels: 'neither' });
  const files = ['a'];
  t.equal(reportOf({ files, report: undefined, labels: undefined }), undefined);
  const wrong = { files, report: join(dir, 'away', 'a.html'), labels: undefined };
  t.throws(() => reportOf(wrong), { code: 'REPORT_UNWRITABLE' });
  for (const taken of [dir, ''])
    t.throws(() => reportOf({ ...wrong, report: taken }), { code: 'REPORT_UNWRITABLE' }, `"${taken}"`);
  const report = join(dir, 'a.html');
  t.throws(() => reportOf({ files, report, labels: join(dir, 'away') }), { code: 'REPORT_LABELS' });
  t.throws(() => reportOf({ files, report: undefined, labels: 'x' }), { code: 'REPLAY_ARGUMENT' });
});

t.test('a page, and what is said of it', async (t) => {
  const dir = t.testdir({ labels: '{"other.csv": [["1", "2"]]}' });
  const file = join(dir, 'a.html');
  const report = reportOf({ files: ['x/a', 'y/b'], report: file, labels: join(dir, 'labels') })!;
  report.observer(new Hot());
  const said: string[] = [];
  report.write((line) => said.push(line));
  t.match(said, [/^REPORT_LABELS: .* names no series .*other\.csv/, /a\.html: 0 series, 0 values, 0\.1 MB$/]);
  t.ok(existsSync(file));
});

t.test('what went away meanwhile is refused, too', async (t) => {
  const file = join(t.testdir({ there: {} }), 'there', 'a.html');
  const report = reportOf({ files: ['a'], report: file, labels: undefined })!;
  report.observer(new Hot());
  rmdirSync(dirname(file));
  t.throws(() => report.write(() => {}), { code: 'REPORT_UNWRITABLE' });
});

t.test('a page does not replace what is read, and goes behind a link', async (t) => {
  const dir = t.testdir({ input: 'm v=1 1\n', labels: '{}', 'a.toml': '', old: 'old' });
  const at = (name: string) => join(dir, name);
  const given = { files: [at('input')], labels: at('labels'), config: at('a.toml') };
  for (const name of ['input', 'labels', 'a.toml'])
    t.throws(() => reportOf({ ...given, report: at(name) }), { code: 'REPORT_UNWRITABLE' }, name);
  symlinkSync('old', at('link'));
  const report = reportOf({ ...given, report: at('link') })!;
  report.observer(new Hot());
  report.write(() => {});
  t.ok(lstatSync(at('link')).isSymbolicLink());
  t.match(readFileSync(at('old'), 'utf8'), '<html');
});
