/** What the options of several commands have in common. */
export const FILE = {
  type: 'string',
  requiresArg: true,
  describe: 'The config file (anomaly.toml)',
} as const;

/** A directory. An unset variable of a script must not become the default one. */
export const directory = (option: string, describe: string) =>
  ({
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (path: string | undefined) => {
      if (path !== '') return path;
      throw new Error(`${option} needs the path of a directory`);
    },
  }) as const;

export const JSON_OUTPUT = { type: 'boolean', default: false, describe: 'As JSON' } as const;
export const GLOBS = { type: 'string', array: true, nargs: 1, default: [] as string[] } as const;
export const FILTER = { ...GLOBS, describe: 'Glob on measurement,tag=value,…; may be given several times' };
export const FIELD = { ...GLOBS, describe: 'Glob on the field key; may be given several times' };
