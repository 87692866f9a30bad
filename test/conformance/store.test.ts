/** Every store of the project keeps the rules of a store. */
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import { checkStore } from './store.ts';

const OPTIONS = { sync: false, readOnly: false };

for (const [name, load] of Object.entries(plugins.stores)) {
  t.test(`stores.${name}`, async (t) => {
    const plugin = (await load()).default;
    checkStore(t, {
      open: async (path) => await plugin.open({ path, ...OPTIONS }),
      module: new URL(`./open-${name}.js`, import.meta.url),
    });
  });
}
