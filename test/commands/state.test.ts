import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import { locate, sizeText, withState } from '../../src/commands/state.ts';
import { Refusal } from '../../src/refusal.ts';
import { newCatalog } from '../../src/state/catalog.ts';
import { STORE_FOLDER } from '../../src/state/keeper.ts';
import { learnState, putCatalog, state } from '../support/states.ts';

const POINTS = 'm,host=a v=1,odd\\ name=1 1000\n';

/** Every subcommand. */
const ALL = [['info'], ['list'], ['show', 'm,host=a'], ['forget', '--filter', '*']];
const place = (path: string | undefined, config?: string) => ({ path, config, plugins });

t.test('a path, or the config that names it; the path where both are given', async (t) => {
  const dir = t.testdir({
    'a.toml': '[state]\n  path = "b"\n[[detectors.zscore]]\n',
    'memory.toml': '[state]\n  store = "memory"\n[[detectors.zscore]]\n',
    'wrong.toml': '[state]\n  pat = "b"\n[[detectors.zscore]]\n',
  });
  const config = join(dir, 'a.toml');
  t.match(await locate(place('/x')), { directory: '/x', storeName: 'lmdb', config: undefined });
  t.match(await locate(place(undefined, config)), { directory: join(dir, 'b'), config: { detectors: [{}] } });
  t.match(await locate(place('/x', config)), { directory: '/x', config: { detectors: [{}] } });
  await t.rejects(locate(place(undefined, join(dir, 'memory.toml'))), { code: 'STATE_IN_MEMORY' });
  await t.rejects(locate(place(undefined, join(dir, 'wrong.toml'))), { code: 'CONFIG_UNKNOWN_KEY' });
  await t.rejects(locate(place(undefined, join(dir, 'absent.toml'))), { code: 'CONFIG_UNREADABLE' });
});

t.test('opens a state, and closes it whatever comes of it', async (t) => {
  const path = t.testdir();
  await learnState(path, POINTS);
  let closed = 0;
  const { lmdb } = plugins.stores;
  const watched = async () => {
    const { default: plugin } = await lmdb!();
    return {
      default: {
        ...plugin,
        open: async (options: Parameters<typeof plugin.open>[0]) => {
          t.ok(options.readOnly);
          const store = await plugin.open(options);
          const close = store.close.bind(store);
          store.close = () => {
            closed++;
            return close();
          };
          return store;
        },
      },
    };
  };
  const at = { ...place(path), plugins: { ...plugins, stores: { lmdb: watched } } };
  const answer = await withState(at, async ({ catalog, fieldKeys, directory }) => {
    t.equal(closed, 0);
    return [directory, catalog.tagSets, ...fieldKeys];
  });
  t.strictSame(answer, [path, 1, 'v', 'odd name']);
  t.equal(closed, 1);
  await t.rejects(
    withState(at, async () => {
      throw new Refusal('STATE_TEST', 'no');
    }),
    { code: 'STATE_TEST' },
  );
  t.equal(closed, 2);
  await putCatalog(path, Buffer.from('nonsense'));
  await t.rejects(
    withState(at, async () => {}),
    { code: 'STATE_DAMAGED' },
  );
  t.equal(closed, 3);
});

t.test('what is wrong is one line with a code, whatever is asked, and nothing is touched', async (t) => {
  const dir = t.testdir({
    empty: {},
    garbage: { [STORE_FOLDER]: { 'state.mdb': 'the shopping list'.repeat(1000) } },
  });
  const path = (name: string) => join(dir, name);
  for (const name of ['catalog', 'later']) await learnState(path(name), POINTS);
  await putCatalog(path('catalog'), Buffer.from('nonsense'));
  await putCatalog(path('later'), { ...newCatalog(), format: 1000 });
  const file = (name: string) => {
    try {
      return readFileSync(join(path(name), STORE_FOLDER, 'state.mdb'), 'latin1');
    } catch {
      return undefined;
    }
  };
  for (const [name, code] of [
    ['absent', 'STORE_NOT_FOUND'],
    ['empty', 'STORE_NOT_FOUND'],
    ['garbage', 'STORE_DAMAGED'],
    ['catalog', 'STATE_DAMAGED'],
    ['later', 'STATE_FORMAT'],
  ] as const) {
    const before = file(name);
    // They have one way in, so all of them are tried with one state.
    for (const [command, ...args] of name === 'catalog' ? ALL : ALL.slice(2)) {
      const { status, stdout, stderr } = state(command!, '--path', path(name), ...args);
      t.same([status, stdout], [1, ''], `${command} ${name}`);
      t.match(stderr, new RegExp(`^${code}: [^\\n]+\\n$`));
    }
    t.equal(file(name), before);
  }
});

t.test('bytes as a person reads them', async (t) => {
  const sizes: [number, string][] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1 << 20, '1.0 MiB'],
    [2.25 * 2 ** 40, '2.3 TiB'],
    [2 ** 52, '4096.0 TiB'],
  ];
  for (const [bytes, text] of sizes) t.equal(sizeText(bytes), text);
});
