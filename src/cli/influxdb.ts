/** Which InfluxDB 2 is meant, for the commands that work with one. */
const TEXT = { type: 'string', requiresArg: true } as const;

export const INFLUXDB = {
  url: { ...TEXT, describe: 'InfluxDB 2: its address (http://localhost:8086)' },
  org: { ...TEXT, describe: 'InfluxDB 2: the organization' },
  bucket: { ...TEXT, describe: 'InfluxDB 2: the bucket' },
  'token-file': {
    ...TEXT,
    describe: 'InfluxDB 2: a file with the token; default: the variable INFLUX_TOKEN',
  },
  // So that it can be told why not.
  token: { type: 'string', hidden: true },
} as const;
