import { spawnSync } from 'node:child_process';
import t from 'tap';
import { recordKey } from '../../src/state/record.ts';
import { CLI } from '../support/child.ts';
import { learnState, state, withStore } from '../support/states.ts';

const POINTS = [
  'cpu,host=a v=1,w=20 1700000000000000000',
  'cpu,host=b v=1 1700000000000000000',
  String.raw`mem\ ory,host=a\,b v=1,odd\ name=1 1700000000000000000`,
].map((line) => `${line}\n`);

const first = '2023-11-14T22:13:20Z';
const LINES = [
  'cpu,host=a\tv\tfake,up\t2023-11-14T22:13:21.5Z\t2',
  `cpu,host=a\tw\tfake\t${first}\t1`,
  `cpu,host=b\tv\tfake,up\t${first}\t1`,
  String.raw`mem\ ory,host=a\,b	v	fake,up	${first}	1`,
  String.raw`mem\ ory,host=a\,b	odd name	fake	${first}	1`,
];

const at = t.testdir();
t.before(async () => {
  await learnState(at, POINTS.join(''));
  // The other detector has learned before alone.
  await learnState(at, 'cpu,host=a v=2 1700000001500000000\n', false);
});

t.test('a line a series, those that pass all filters', async (t) => {
  const cases: [args: string[], lines: number[]][] = [
    [[], [0, 1, 2, 3, 4]],
    [
      ['--filter', 'cpu,*'],
      [0, 1, 2],
    ],
    [
      ['--filter', 'cpu,host=b', '--filter', 'mem*'],
      [2, 3, 4],
    ],
    [['--filter', 'cpu'], []],
    [
      ['--field', 'v'],
      [0, 2, 3],
    ],
    [
      ['--field', '[vw]', '--filter', '*host=a'],
      [0, 1],
    ],
    [['--field', 'odd name'], [4]],
    [
      ['--limit', '2'],
      [0, 1],
    ],
  ];
  for (const [args, lines] of cases) {
    const { status, stdout, stderr } = state('list', '--path', at, ...args);
    t.equal(stdout, lines.map((line) => `${LINES[line]}\n`).join(''), args.join(' '));
    t.same([status, stderr], [0, '']);
  }
});

t.test('as JSON, an object a line', async (t) => {
  const { status, stdout } = state('list', '--path', at, '--json', '--filter', 'cpu,host=a');
  t.equal(status, 0);
  t.same(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      {
        tag_set: 'cpu,host=a',
        field: 'v',
        instances: ['fake', 'up'],
        last: '2023-11-14T22:13:21.5Z',
        count: 2,
      },
      { tag_set: 'cpu,host=a', field: 'w', instances: ['fake'], last: first, count: 1 },
    ],
  );
});

t.test('all that is known of the series of a tag set', async (t) => {
  const { status, stdout } = state('show', '--path', at, 'cpu,host=a');
  t.equal(status, 0);
  const [v, w] = stdout.split(/\n(?=\{)/).map((text) => JSON.parse(text));
  t.match(v, { tag_set: 'cpu,host=a', field: 'v', instances: [{ alias: 'fake' }, { alias: 'up' }] });
  t.match(w, {
    field: 'w',
    instances: [
      {
        alias: 'fake',
        detector: 'fake',
        version: 1,
        options: /^[0-9a-f]{16}$/,
        row: Number,
        count: 1,
        last: first,
        counter: false,
        alarm_open: true,
        switched_off: false,
        damaged: false,
        floats: [1, 'Infinity'],
      },
    ],
  });
  t.equal(w.instances.length, 1);
  const one = state('show', '--path', at, String.raw`mem\ ory,host=a\,b`, 'odd name');
  t.match(JSON.parse(one.stdout), { field: 'odd name', instances: [{ count: 1, floats: [1, 'Infinity'] }] });
});

t.test('what nothing is known of is refused', async (t) => {
  for (const args of [['cpu'], ['cpu,host=a', 'x']]) {
    const { status, stdout, stderr } = state('show', '--path', at, ...args);
    t.same([status, stdout], [1, '']);
    t.match(stderr, /^STATE_UNKNOWN_SERIES: [^\n]+\n$/);
  }
});

t.test('what cannot be read is told of beside the others', async (t) => {
  const path = t.testdir();
  await learnState(path, POINTS.join(''));
  await withStore(path, (store) => store.putMany([recordKey(Buffer.from('cpu,host=a'))], [Buffer.from('x')]));
  const { status, stdout, stderr } = state('list', '--path', path);
  t.equal(status, 0);
  t.equal(stdout, `${LINES.slice(2).join('\n')}\n`);
  t.match(stderr, /^STATE_DAMAGED: 1 [^\n]+\n$/);
});

t.test('a reader that has enough may go, and one that is slow gets all', async (t) => {
  const path = t.testdir();
  const many = Array.from({ length: 2500 }, (_, i) => `some,long=${'x'.repeat(40)},n=${i} v=1 1000\n`);
  for (let from = 0; from < many.length; from += 500)
    await learnState(path, many.slice(from, from + 500).join(''));
  const piped = (reader: string) =>
    spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `"${process.execPath}" "${CLI}" state list --path "${path}" | ${reader}; exit $PIPESTATUS`,
      ],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      },
    );
  const few = piped('head -n 1');
  t.same([few.status, few.stderr, few.stdout.split('\n').length], [0, '', 2]);
  const all = piped('(sleep 1; wc -l)');
  t.same([all.status, all.stderr, all.stdout.trim()], [0, '', '2500']);
});
