#!/usr/bin/env bash
# Gets the jars of Apache Kafka from Maven Central, for the tests, and prints the path of their directory. Does nothing
# when they are there already. About 20 s and 44 MB the first time, and as much again in Maven's own repository.
# Exit 3: no Java that can run it, or no Maven.
set -euo pipefail

VERSION=4.3.1
NEEDED_JAVA=17

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/scripts/part.sh"
directory=$root/.cache/kafka-$VERSION
jars=$directory/jars

# The rename below brings all of them or none.
is_there() { [[ -e $jars/kafka_2.13-$VERSION.jar ]]; }

# Running it takes Java too, so that is asked for each time.
if ! command -v java >/dev/null; then
  say "no Java on PATH. Kafka $VERSION runs on Java $NEEDED_JAVA or newer."
  exit 3
fi
# "17.0.15" or, of a version's first day, "17".
[[ $(java -version 2>&1) =~ version\ \"([0-9]+) ]] && java=${BASH_REMATCH[1]} || java=0
if ((java < NEEDED_JAVA)); then
  say "Java $java is too old. Kafka $VERSION runs on Java $NEEDED_JAVA or newer."
  exit 3
fi

if ! is_there; then
  if ! command -v mvn >/dev/null; then
    say "no mvn on PATH. Kafka $VERSION comes from Maven Central: install Maven."
    exit 3
  fi
  mkdir -p "$directory"
  one_at_a_time "$directory/lock"
  if ! is_there; then
    work=$(mktemp -d "$directory/get.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    say "getting Kafka $VERSION"
    cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$VERSION</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
    mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$work/jars" >&2
    rm -rf "$jars"
    mv "$work/jars" "$jars"
    is_there || { say "kafka_2.13-$VERSION.jar is not among what Maven brought"; exit 1; }
    say "got $jars"
  fi
fi
echo "$jars"
