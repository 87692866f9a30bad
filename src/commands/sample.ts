/** `sample`: prints a config to begin with, every option with its default and what it does. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { agentSchema, stateSchema } from '../config/schema.ts';
import { suggest } from '../config/suggest.ts';
import { DEFAULT_DETECTOR, type PluginTable } from '../config.ts';
import { policySchema } from '../policy.ts';

const PACKAGE = new URL('../../../', import.meta.url);
const WIDTH = 100;

const HEAD = `# Configuration of telegraf-anomaly, which reads it with --config. It is a file of its own: none of it
# belongs into telegraf.conf, nor into a directory that Telegraf loads. A line with one # shows a default.
`;
const SHARED = `  ## The options below are the same for every detector: which series it watches, and what a flagged
  ## point carries. The selectors are those of Telegraf.

`;

/** Writes to stdout; answers the exit code. */
export async function sample({
  name,
  plugins,
}: {
  name: string | undefined;
  plugins: PluginTable;
}): Promise<number> {
  const names = Object.keys(plugins.detectors);
  if (name !== undefined && !names.includes(name)) {
    process.stderr.write(`there is no detector "${name}"; ${suggest(name, names)}\n`);
    return 1;
  }
  process.stdout.write(await sampleConfig(name, plugins));
  return 0;
}

/** The config of one detector; without a name the default one at work, the others as comments. `root` holds plugins/. */
export async function sampleConfig(
  name: string | undefined,
  plugins: PluginTable,
  root = PACKAGE,
): Promise<string> {
  const main = name ?? DEFAULT_DETECTOR;
  const { threshold } = (await plugins.detectors[main]!()).default;
  const parts = [
    HEAD,
    `[agent]\n${options(agentSchema)}`,
    `[state]\n${options(stateSchema)}`,
    `${await ownSample(main, root)}\n${SHARED}${options(policySchema, { alias: main, threshold, cooldown: '2h', end_after: '3m' })}`,
  ];
  const others = name === undefined ? Object.keys(plugins.detectors).filter((other) => other !== main) : [];
  for (const other of others) parts.push(commentedOut(await ownSample(other, root)));
  return parts.join('\n');
}

async function ownSample(name: string, root: URL): Promise<string> {
  const text = await readFile(new URL(`plugins/detectors/${name}/sample.conf`, root), 'utf8');
  return `${text.trimEnd()}\n`;
}

function commentedOut(text: string): string {
  return text.replace(/^(?=.)/gm, '# ');
}

/** Every option as a comment, in the style of Telegraf's samples. `given` are values for those that have no default in the schema. */
export function options(schema: z.ZodObject, given: Record<string, unknown> = {}): string {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties as Record<string, z.core.JSONSchema.BaseSchema>)
    .map(([key, { description = '', default: byDefault = given[key] }]) => {
      return `${wrap(description)}  # ${key} = ${JSON.stringify(byDefault)}\n`;
    })
    .join('\n');
}

function wrap(prose: string): string {
  const lines = prose.match(new RegExp(`.{1,${WIDTH - 5}}(?:\\s|$)`, 'gu')) ?? [];
  return lines.map((line) => `  ## ${line.trimEnd()}\n`).join('');
}
