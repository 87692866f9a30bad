import t from 'tap';
import { FluxError, Tables } from '../../src/influxdb/table.ts';

/** As InfluxDB answers, with its annotations: two schemas, the first of two tables. */
const ANSWER = `#datatype,string,long,dateTime:RFC3339,string,string,string,double,string
#group,false,false,false,true,true,true,false,true
#default,_result,,,,,,,
,result,table,_time,b tag,_field,_measurement,_value,Z
,,0,2023-11-14T22:13:20Z,"x,y",us age,cpu,1.5,
,,0,2023-11-14T22:13:20.000000001Z,"x,y",us age,cpu,2,
,,1,2023-11-14T22:13:21Z,q,us age,cpu,3,"a ""b"""

#datatype,string,long,dateTime:RFC3339,unsignedLong,string,string,string,string
#group,false,false,false,false,true,true,true,true
#default,_result,,,,,,,
,result,table,_time,_value,_field,_measurement,anomaly,result
,,2,2023-11-14T22:13:22Z,18446744073709551615,n,"m,n",warning,tag
`;

function read(answer: string): string[] {
  const found: string[] = [];
  const tables = new Tables(new Set(['anomaly']), (...value) => found.push(value.join(' ')));
  for (const line of answer.split('\n')) tables.line(line);
  return found;
}

t.test('tag sets are sorted, escaped and without ours; values stay as they are', async (t) => {
  t.strictSame(read(ANSWER), [
    'cpu,b\\ tag=x\\,y 2023-11-14T22:13:20Z us\\ age=1.5',
    'cpu,b\\ tag=x\\,y 2023-11-14T22:13:20.000000001Z us\\ age=2',
    'cpu,Z=a\\ "b",b\\ tag=q 2023-11-14T22:13:21Z us\\ age=3',
    'm\\,n,result=tag 2023-11-14T22:13:22Z n=18446744073709551615u',
  ]);
});

t.test('an error behind the first rows', async (t) => {
  const failed = `${ANSWER}
#datatype,string,string
#group,true,true
#default,,
,error,reference
,"engine: the shard, it is gone",897
`;
  t.throws(() => read(failed), new FluxError('engine: the shard, it is gone'));
});

t.test('what is no answer of InfluxDB, or a part of one', async (t) => {
  for (const text of ['<html>please log in</html>', '{"ok":true}', `${ANSWER}{"error":"boom"}\n`])
    t.throws(() => read(text), { message: /is no table/ }, text.slice(-20));
  t.throws(() => read(ANSWER.trimEnd().replace(/,[^,]*$/, '')), { message: /in the middle of a row/ });
});
