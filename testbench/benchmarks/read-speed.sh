#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How fast a trace.dat is read: the same work, on the same file, in turn, by the pure-Java reader,
# by a C program on libtracecmd, and by trace-cmd report. Prints the median of some runs of whole
# processes, and the ratios. Needs gcc, trace-cmd and libtracecmd-dev (apt-get install ...), and
# testbench/benchmarks/target/benchmarks.jar (mvn -DskipTests package).
#
#   testbench/benchmarks/read-speed.sh [MEGABYTES [RUNS]]
set -euo pipefail

readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly jar=$here/target/benchmarks.jar
readonly megabytes=${1:-1000}
readonly runs=${2:-5}
readonly work=$(mktemp -d)
readonly dump=$work/big.dat
trap 'rm -rf "$work"' EXIT

for tool in cc pkg-config trace-cmd java; do
    command -v "$tool" >/dev/null || { echo "read-speed: needs $tool" >&2; exit 2; }
done
[[ -f $jar ]] || { echo "read-speed: $jar is not built: mvn -DskipTests package" >&2; exit 2; }

read -ra flags < <(pkg-config --cflags --libs libtracecmd)
cc -O2 -o "$work/sumfields" "$here/src/main/c/sumfields.c" "${flags[@]}"
java -cp "$jar" io.iopf4j.benchmarks.BigDump "$dump" "$megabytes"

by_java() { java -Xmx128m -XX:+UseSerialGC -cp "$jar" io.iopf4j.benchmarks.SumFields "$dump"; }
by_c() { "$work/sumfields" "$dump"; }
by_report() { trace-cmd report "$dump" >/dev/null; }

# Wall time of a command in milliseconds, appended to a file.
timed() {
    local before after
    before=$(date +%s%N)
    "$1" >>"$work/$1.out"
    after=$(date +%s%N)
    echo $(((after - before) / 1000000)) >>"$work/$1.ms"
}

median() { sort -n "$work/$1.ms" | sed -n "$(((runs + 1) / 2))p"; }

by_c >/dev/null # the file is in memory from here on
for ((run = 0; run < runs; run++)); do
    timed by_java
    timed by_c
done
timed by_report

if [[ $(sort -u "$work/by_java.out" "$work/by_c.out" | wc -l) != 1 ]]; then
    echo "read-speed: they disagree on what is in the file:" >&2
    sort -u "$work/by_java.out" "$work/by_c.out" >&2
    exit 1
fi
sort -u "$work/by_java.out"
ours=$(median by_java)
theirs=$(median by_c)
report=$(head -n 1 "$work/by_report.ms")
awk -v ours="$ours" -v theirs="$theirs" -v report="$report" 'BEGIN {
    printf "%-28s %8s %10s\n", "reader", "ms", "of Java'\''s"
    printf "%-28s %8d %10.2f\n", "iopf4j, one thread, 128 MB", ours, 1
    printf "%-28s %8d %10.2f\n", "C on libtracecmd", theirs, theirs / ours
    printf "%-28s %8d %10.2f\n", "trace-cmd report", report, report / ours
}'
