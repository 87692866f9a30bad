/**
 * A directory is a test: plugins/KIND/NAME/testcases/CASE/ holds anomaly.toml, input.influx and what must leave
 * the built program for it, byte for byte, expected.influx.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = `${ROOT}dist/src/cli.js`;
const FAILURE = /^E! .*/m;
const DETECTORS = `${ROOT}plugins/detectors/`;

const directories = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];

for (const plugin of directories(DETECTORS)) {
  t.test(plugin, async (t) => {
    const cases = directories(`${DETECTORS}${plugin}/testcases`);
    t.ok(cases.length > 0, 'has test cases');
    for (const name of cases) {
      t.test(name, async (t) => {
        const cwd = `${DETECTORS}${plugin}/testcases/${name}`;
        const { status, stdout, stderr } = spawnSync(
          process.execPath,
          [PROGRAM, 'run', '--config', 'anomaly.toml'],
          {
            cwd,
            input: readFileSync(`${cwd}/input.influx`),
            env: { PATH: process.env.PATH, XDG_STATE_HOME: t.testdir() },
          },
        );
        t.equal(status, 0);
        // As bytes that are characters: a difference is shown line by line, whatever the encoding.
        t.equal(stdout.toString('latin1'), readFileSync(`${cwd}/expected.influx`, 'latin1'));
        t.equal(FAILURE.exec(String(stderr))?.[0], undefined, 'nothing failed on the way');
      });
    }
  });
}
