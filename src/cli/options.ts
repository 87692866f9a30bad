/** What the options of several commands have in common. */
export const FILE = {
  type: 'string',
  requiresArg: true,
  describe: 'The config file (anomaly.toml)',
} as const;

export const JSON_OUTPUT = { type: 'boolean', default: false, describe: 'As JSON' } as const;
export const GLOBS = { type: 'string', array: true, nargs: 1, default: [] as string[] } as const;
export const FILTER = { ...GLOBS, describe: 'Glob on measurement,tag=value,…; may be given several times' };
export const FIELD = { ...GLOBS, describe: 'Glob on the field key; may be given several times' };

/** Which InfluxDB 2, as `readConnection` reads them. */
export const INFLUXDB = {
  url: { type: 'string', requiresArg: true, describe: 'InfluxDB 2, as in http://localhost:8086' },
  org: { type: 'string', requiresArg: true, describe: 'Its organization' },
  bucket: { type: 'string', requiresArg: true, describe: 'Its bucket' },
  'token-file': {
    type: 'string',
    requiresArg: true,
    describe: 'A file with the token; default: INFLUX_TOKEN',
  },
  // Known only so that it can be refused with the reason.
  token: { type: 'string', hidden: true },
} as const;
