/** The fixture holds what Telegraf v1.37.2 makes of each text in its strict mode, by a small Go program. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the texts under test
import { readFileSync } from 'node:fs';
import t from 'tap';
import { expandVariables, isVariable } from '../../src/config/environment.ts';

const { environment, cases } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/environment.json', import.meta.url), 'utf8'),
) as { environment: Record<string, string>; cases: { text: string; value?: string; error?: string }[] };

t.test('variables are replaced as in Telegraf', async (t) => {
  for (const { text, value } of cases)
    if (value === undefined)
      t.throws(() => expandVariables(text, environment), { code: 'ENVIRONMENT_MISSING' }, text);
    else t.equal(expandVariables(text, environment), value, text);
});

t.test('what a required variable is for is said with it', async (t) => {
  t.throws(() => expandVariables('${NONE:?the host of ${A}}', environment), {
    message: /NONE.*: the host of alpha$/,
  });
});

t.test('unset stays as it is written after a default too', async (t) => {
  t.equal(expandVariables('${A:-x}/${NONE}', environment), 'alpha/${NONE}');
  t.equal(expandVariables('${NONE:-{}}', environment), '{}');
});

t.test('the prototype of the environment holds no variables', async (t) => {
  t.equal(expandVariables('$constructor ${toString}', environment), '$constructor ${toString}');
});

t.test('one variable and nothing else', async (t) => {
  for (const text of ['$A', '${A}', '${A:-5}', '${NONE:-${B}}']) t.ok(isVariable(text), text);
  for (const text of ['', 'A', 'x$A', '$A ', '${A}${B}', '$$A', '${A', '$1']) t.notOk(isVariable(text), text);
});
