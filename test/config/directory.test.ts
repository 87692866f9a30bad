import t from 'tap';
import { stateDirectory } from '../../src/config/directory.ts';

const HOME = '/anyone';

t.test('the path of the config counts before all else', async (t) => {
  const environment = { STATE_DIRECTORY: '/given', XDG_STATE_HOME: '/xdg' };
  t.equal(stateDirectory('/srv/state', environment, HOME), '/srv/state');
});

t.test('else the first place that there is', async (t) => {
  const cases: [environment: Record<string, string>, home: string, directory: string][] = [
    [{ STATE_DIRECTORY: '/given', XDG_STATE_HOME: '/xdg' }, HOME, '/given'],
    [{ STATE_DIRECTORY: '/given:/second' }, HOME, '/given'],
    [{ STATE_DIRECTORY: '', XDG_STATE_HOME: '/xdg' }, HOME, '/xdg/telegraf-anomaly'],
    [
      { STATE_DIRECTORY: 'relative', XDG_STATE_HOME: 'relative' },
      HOME,
      '/anyone/.local/state/telegraf-anomaly',
    ],
    [{ XDG_STATE_HOME: '/xdg' }, '', '/xdg/telegraf-anomaly'],
    [{}, HOME, '/anyone/.local/state/telegraf-anomaly'],
    [{}, '', '/var/lib/telegraf-anomaly'],
  ];
  for (const [environment, home, directory] of cases)
    t.equal(stateDirectory('', environment, home), directory, JSON.stringify(environment));
});

t.test('the home directory is that of the user, where there is one', async (t) => {
  const directory = (home: string) => {
    const { HOME } = process.env;
    process.env.HOME = home;
    try {
      return stateDirectory('', {});
    } finally {
      process.env.HOME = HOME;
    }
  };
  const home = t.testdir();
  t.equal(directory(home), `${home}/.local/state/telegraf-anomaly`);
  t.equal(directory('/'), '/var/lib/telegraf-anomaly', 'a container');
  t.equal(directory(`${home}/absent`), '/var/lib/telegraf-anomaly', 'a user of a service');
  t.equal(directory(''), '/var/lib/telegraf-anomaly');
});
