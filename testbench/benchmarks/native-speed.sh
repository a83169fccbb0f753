#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What C under test costs: a call into it, a call back, and a whole fault cycle with the same rules
# in Java and in C. Needs cc and testbench/benchmarks/target/benchmarks.jar (mvn -DskipTests
# package). What follows is for JMH:
#
#   testbench/benchmarks/native-speed.sh [-prof gc] [-f 1] ...
set -euo pipefail

readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly native=$here/../../native
readonly jar=$here/target/benchmarks.jar
readonly work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[[ -f $jar ]] || { echo "native-speed: $jar is not built: mvn -DskipTests package" >&2; exit 2; }

for source in "$native/examples/quota.c" "$native/examples/core.c" "$here/src/main/c/calls.c"; do
    name=$(basename "$source" .c)
    cc -O2 -shared -fPIC -I "$native/src/main/c/include" -o "$work/$name.so" "$source"
done
java "-Diopf4j.benchmarks.libraries=$work" -jar "$jar" 'NativeC' "$@"
