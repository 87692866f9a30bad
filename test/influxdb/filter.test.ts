import t from 'tap';
import { conditionOf } from '../../src/influxdb/filter.ts';

/** What Flux would put a value in place of. */
const PLACEHOLDER = '$'.concat('{c}');

t.test('names are compared, globs become regular expressions', async (t) => {
  const cases: [filters: string[], condition: string | undefined][] = [
    [[], undefined],
    [['cpu'], '(r["_measurement"] == "cpu")'],
    [[`a"b${PLACEHOLDER}\\`], `(r["_measurement"] == "a\\"b\\${PLACEHOLDER}\\\\")`],
    [['host=a'], '(r["host"] == "a")'],
    [['cpu,host=a,x=1=2'], '(r["_measurement"] == "cpu" and r["host"] == "a" and r["x"] == "1=2")'],
    [['cpu', 'mem'], '(r["_measurement"] == "cpu") or (r["_measurement"] == "mem")'],
    [['c?u*'], '(r["_measurement"] =~ /(?s)^(?:c.u.*)$/)'],
    [['host={a,b}*'], '(r["host"] != "" and r["host"] =~ /(?s)^(?:(?:a|b).*)$/)'],
    [['path=/a/[/,]*'], '(r["path"] != "" and r["path"] =~ /(?s)^(?:\\/a\\/[\\/,].*)$/)'],
    // RE2 would take [: for the begin of a named class, and a slash ends an expression of Flux.
    [['[[:alpha:]]*'], '(r["_measurement"] =~ /(?s)^(?:[\\[:alpha:]\\].*)$/)'],
    [['[a&&b~~c\\-\\-d]'], '(r["_measurement"] =~ /(?s)^(?:[a&&b~~c\\-\\-d])$/)'],
    [['[\\\\/]?'], '(r["_measurement"] =~ /(?s)^(?:[\\\\\\/].)$/)'],
    [['x=[\\],]'], '(r["x"] != "" and r["x"] =~ /(?s)^(?:[\\],])$/)'],
    [['x={\\},?}'], '(r["x"] != "" and r["x"] =~ /(?s)^(?:(?:\\}|.))$/)'],
  ];
  for (const [filters, condition] of cases) t.equal(conditionOf(filters), condition, filters.join(' '));
});

t.test('what is no filter is refused', async (t) => {
  for (const filter of ['', ',', 'cpu,host', '=a', 'cpu,=a', 'c[', 'host=a{*'])
    t.throws(() => conditionOf([filter]), { code: 'INFLUXDB_FILTER' }, filter);
});
