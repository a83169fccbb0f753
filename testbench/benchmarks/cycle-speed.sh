#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How fast a fault cycle is, beside the same cycle in C (src/main/c/cycle.c), in one sitting: each
# row is measured in C and on each Java in turn. docs/performance.md says what the rows are.
#
#   testbench/benchmarks/cycle-speed.sh [--quick] [JAVA_HOME ...]
#
# Needs cc, the java on the PATH, and what mvn -DskipTests package builds. The second column of
# figures is of the first JAVA_HOME that is given, or of $JAVA25_HOME, or of a Java 25 in
# /usr/lib/jvm. Measures with JMH and -prof gc, for some twenty minutes; with --quick by CPU
# time in a loop, for some four minutes.
set -euo pipefail

readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly jar=$here/target/benchmarks.jar
readonly root=$here/../..
readonly million=1000000
# As the launcher runs it.
readonly collector=-XX:+UseSerialGC

die() {
    echo "cycle-speed: $*" >&2
    exit 2
}

usage() {
    sed -n '4,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
    exit
}

quick=
homes=()
for word; do
    case $word in
    --help | -h) usage ;;
    --quick) quick=yes ;;
    -*) die "no such option: $word (--help says which there are)" ;;
    *)
        [[ -x $word/bin/java ]] || die "$word has no bin/java"
        homes+=("$word")
        ;;
    esac
done

command -v cc >/dev/null || die "needs cc, a C compiler"
command -v java >/dev/null || die "needs java on the PATH"
[[ -f $jar ]] || die "$jar is not built: mvn -DskipTests package"

further_java() {
    local found
    if ((${#homes[@]})); then
        echo "${homes[0]}/bin/java"
    elif [[ -n ${JAVA25_HOME:-} ]]; then
        [[ -x $JAVA25_HOME/bin/java ]] || die "JAVA25_HOME is $JAVA25_HOME, which has no bin/java"
        echo "$JAVA25_HOME/bin/java"
    else
        for found in /usr/lib/jvm/*25*/bin/java; do
            [[ ! -x $found ]] || echo "$found"
        done | head -n 1
    fi
}

major() {
    { "$1" -version 2>&1 || true; } | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1
}

further=$(further_java)
readonly javas=(java ${further:+"$further"})
majors=()
for java in "${javas[@]}"; do
    majors+=("$(major "$java")")
    ((${majors[-1]:-0} >= 17)) || die "needs Java 17 or newer: $java is ${majors[-1]:-of no version}"
done

readonly work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -o "$work/cycle" "$here/src/main/c/cycle.c"

# ---- One figure ----------------------------------------------------------------------------------

# Nanoseconds of the limit.
of_c() {
    "$work/cycle" ${quick:+--rounds=7} "$@" | sed 's/ .*//'
}

# Nanoseconds and bytes of a cycle in Java, by CPU time: the Java, what, its words.
of_loop() {
    "$1" "${flags[@]}" -cp "$jar" io.iopf4j.benchmarks.CycleSpeed \
        "${@:2}" "${loop[@]}"
}

# The same by JMH.
of_jmh() {
    local java=$1 what=$2 params=() word
    # A word of the row takes the place of the usual one: JMH would measure both.
    local -A values=([outstanding]=1000 [devices]=64)
    case $what in
    core) params=(CoreCycleBenchmark) ;;
    *) params=(FaultCycleBenchmark) values+=([model]=${what^^} [answer]=INVALID) ;;
    esac
    for word in "${@:3}"; do
        values[${word%%=*}]=${word#*=}
    done
    for word in "${!values[@]}"; do
        params+=(-p "$word=${values[$word]//,/+}")
    done
    "$java" -jar "$jar" "${params[@]}" -prof gc -f 1 -wi 4 -w 500ms -i 6 -r 500ms \
        -jvmArgsAppend "${flags[*]}" -rf csv -rff "$work/jmh.csv" >"$work/jmh.out" 2>&1 ||
        die "JMH fails: $(tail -n 1 "$work/jmh.out")"
    awk -F, '$1 ~ /cycle"$/ { ns = $5 }
        $1 ~ /gc.alloc.rate.norm"$/ { bytes = $5 }
        END { printf "%.1f %.2f\n", ns, bytes }' "$work/jmh.csv"
}

of_java() {
    if [[ -n $quick ]]; then of_loop "$@"; else of_jmh "$@"; fi
}

# ---- Rows ----------------------------------------------------------------------------------------

declare -A ns # by a row's name and C or a Java's number

# What a value comes to against a goal.
verdict() {
    awk -v value="$1" -v goal="$2" 'BEGIN {
        if (goal == "" || value == "") print "-"
        else if (value + 0 == 0) print "fails"
        else if (value <= goal * 1.0005) print "met"
        else printf value < goal * 10 ? "%.2fx\n" : "%.0fx\n", value / goal
    }'
}

heading() {
    printf '\n%-25s%6s%6s%6s%6s%6s%6s%5s%6s\n' \
        "$1" C "Jv${majors[0]}" ratio "${majors[1]:+Jv${majors[1]}}" "${majors[1]:+ratio}" \
        bytes goal met
}

# Measures and prints: the row's name, its goal as a factor of C or "=ns" or nothing, the words for
# C, and the words for Java.
row() {
    local name=$1 goal=$2 c_words=() measured i worst=0 bytes=0
    read -ra c_words <<<"$3"
    read -ra java_words <<<"$4"
    ns[$name,C]=$(of_c "${c_words[@]}")
    for i in "${!javas[@]}"; do
        measured=$(of_java "${javas[i]}" "${java_words[@]}")
        ns[$name,$i]=${measured% *}
        worst=$(awk -v a="$worst" -v b="${measured% *}" 'BEGIN { print (a > b ? a : b) }')
        bytes=$(awk -v a="$bytes" -v b="${measured#* }" 'BEGIN { printf "%.2f", (a > b ? a : b) }')
    done
    case $goal in
    =*) goal=${goal#=} ;;
    ?*) goal=$(awk -v c="${ns[$name,C]}" -v factor="$goal" 'BEGIN { printf "%.1f", c * factor }') ;;
    esac
    awk -v name="$name" -v c="${ns[$name,C]}" -v a="${ns[$name,0]}" -v b="${ns[$name,1]:-}" \
        -v bytes="$bytes" -v goal="$goal" -v met="$(verdict "$worst" "$goal")" 'BEGIN {
        printf "%-25s%6.1f%6.0f%6.1f", name, c, a, a / c
        if (b == "") printf "%12s", ""
        else printf "%6.0f%6.1f", b, b / c
        printf "%6s%5s%6s\n", bytes, goal == "" ? "-" : sprintf("%.0f", goal), met
    }'
}

# Prints how much more a row costs than another: name, the row, the other, its goal, and whether 1.25
# times what C grows is a goal as well.
growth() {
    local name=$1 more=$2 less=$3 goal=$4 of worst=0 c
    local factors=()
    for of in C "${!javas[@]}"; do
        factors+=("$(awk -v a="${ns[$more,$of]}" -v b="${ns[$less,$of]}" \
            'BEGIN { printf "%.2f", a / b }')")
    done
    c=${factors[0]}
    for of in "${factors[@]:1}"; do
        worst=$(awk -v a="$worst" -v b="$of" 'BEGIN { print (a > b ? a : b) }')
    done
    printf '%-31s%6s%6s%6s%6s%6s' "$name" "$c" "${factors[1]}" "${factors[2]:-}" \
        "$goal" "$(verdict "$worst" "$goal")"
    if [[ ${5:-} == beside-c ]]; then
        printf '%6s' "$(verdict "$worst" "$(awk -v c="$c" 'BEGIN { print c * 1.25 }')")"
    fi
    printf '\n'
}

growth_heading() {
    printf '\n%-31s%6s%6s%6s%6s%6s%6s\n' \
        "$1" C "Jv${majors[0]}" "${majors[1]:+Jv${majors[1]}}" goal met "${2:-}"
}

# ---- The table -----------------------------------------------------------------------------------

flags=("$collector" -Xmx1g)
loop=(warm-up=1000000 cycles=100000 rounds=9)
started=$SECONDS

cat <<END
$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $(cc --version | head -n 1)
$(for java in "${javas[@]}"; do "$java" -version 2>&1 | sed -n 2p; done)
$(if [[ -n $quick ]]; then echo "CPU time, in a loop"; else echo "JMH, -prof gc"; fi), $(date -u +%F)

1,000 outstanding, 64 devices and machines, random order, 6.12, a quota for
each machine, one fault for each interrupt, unless said otherwise.
"bytes" are allocated by a cycle; "met" or how many times the goal.
END

readonly quota=policy=vm-quota=2000
readonly timer=policy=vm-quota=2000,timeout=100s

heading "ns a cycle"
for model in smmuv3 vtd; do
    row "$model, INVALID" 3 "" "$model $quota"
    row "$model, SUCCESS" 3 "" "$model answer=SUCCESS $quota"
    row "$model, no quota" "" "" "$model"
    row "$model, 32 at once" =80 "--batch=32" "$model batch=32 $quota"
    row "$model, in order" 3 "--in-order" "$model order=OLDEST $quota"
    row "$model, timer" "" "--timer" "$model $timer"
done
row "core" 2 "--core" "core $quota"
row "core, no quota" "" "--core" "core"
row "core, 32 at once" 2 "--core --batch=32" "core batch=32 $quota"
row "core, in order" 2 "--core --in-order" "core order=OLDEST $quota"
row "core, timer" "" "--core --timer" "core $timer"
for semantics in mainline-5.x v5-2018 v3-2017; do
    row "core, $semantics" "" "--core" "core semantics=$semantics $quota"
done

# Huge pages on both sides: what grows is to be the cycle, not the tables of the machine it runs on.
flags=("$collector" -Xms4g -Xmx4g -XX:+AlwaysPreTouch -XX:+UseTransparentHugePages)
readonly large=policy=vm-quota=1000000
heading "ns a cycle, by size"
sized_row() {
    local name=$1 what=$2 devices=$3 outstanding=$4 order=$5 policy=$6 c_words
    c_words="--huge --devices=$devices --outstanding=$outstanding"
    [[ $what != core ]] || c_words+=" --core"
    [[ $order == RANDOM ]] || c_words+=" --in-order"
    [[ $policy != *timeout* ]] || c_words+=" --timer"
    loop=(warm-up=1000000 cycles=100000 rounds=7)
    if ((outstanding == million)); then
        loop=(warm-up=1000000 cycles=500000 rounds=3)
        c_words+=" --cycles=500000"
    fi
    row "$name" "" "$c_words" \
        "$what devices=$devices outstanding=$outstanding order=$order $policy"
}
for outstanding in 100 $million; do
    for devices in 1 64; do
        for order in OLDEST RANDOM; do
            sized_row "core, $devices, ${order,,}, $outstanding" core "$devices" "$outstanding" \
                "$order" "$large"
        done
    done
done
sized_row "core, 64, timer, $million" core 64 $million RANDOM "$large,timeout=100s"
for outstanding in 100 65000; do
    sized_row "smmuv3, $outstanding" smmuv3 64 "$outstanding" RANDOM "$large"
done
for outstanding in 100 32000; do
    sized_row "vtd, $outstanding" vtd 64 "$outstanding" RANDOM "$large"
done

growth_heading "growth from 100" 1.25C
growth "core, 1 device, in order" "core, 1, oldest, $million" "core, 1, oldest, 100" 1.3 beside-c
growth "core, 64 devices, in order" "core, 64, oldest, $million" "core, 64, oldest, 100" 3 beside-c
growth "core, 1 device, random" "core, 1, random, $million" "core, 1, random, 100" 7 beside-c
growth "core, 64 devices, random" "core, 64, random, $million" "core, 64, random, 100" 7 beside-c
growth "smmuv3, 64 devices, to 65,000" "smmuv3, 65000" "smmuv3, 100" 7 beside-c
growth "vtd, 64 devices, to 32,000" "vtd, 32000" "vtd, 100" 7 beside-c

growth_heading "with a timeout, of without"
growth "smmuv3, 1,000" "smmuv3, timer" "smmuv3, INVALID" 1.2
growth "vtd, 1,000" "vtd, timer" "vtd, INVALID" 1.2
growth "core, 1,000" "core, timer" "core" 1.2
growth "core, $million" "core, 64, timer, $million" "core, 64, random, $million" 1.25

# ---- What has no limit in C ----------------------------------------------------------------------

# Prints a value for each Java: what it is, its goal, the values. A goal of +N is for more.
plain_row() {
    local name=$1 goal=$2 worst met
    if [[ $goal == +* ]]; then
        worst=$(printf '%s\n' "${@:3}" | sort -g | head -n 1)
        met=$(verdict "${goal#+}" "$worst")
    else
        worst=$(printf '%s\n' "${@:3}" | sort -g | tail -n 1)
        met=$(verdict "$worst" "$goal")
    fi
    printf '%-37s%9s%9s%10s%7s\n' "$name" "$3" "${4:-}" "${goal#+}" "$met"
}

plain_heading() {
    printf '\n%-37s%9s%9s%10s%7s\n' \
        "$1" "Jv${majors[0]}" "${majors[1]:+Jv${majors[1]}}" goal met
}

# Runs a command with each Java in $java.
each_java() {
    local java
    for java in "${javas[@]}"; do "$@"; done
}

# User and system time of a command in seconds; what it says goes to a file.
cpu_seconds() {
    local TIMEFORMAT='%U %S'
    { time "$@" >"$work/out" 2>"$work/err" </dev/null; } 2>&1 |
        awk '{ printf "%.2f\n", $1 + $2 }'
}

wall_ms() {
    local before
    before=$(date +%s%N)
    "$@" >"$work/out" 2>&1 </dev/null
    echo $((($(date +%s%N) - before) / 1000000))
}

median_of() {
    local count=$1 i
    for ((i = 0; i < count; i++)); do "${@:2}"; done | sort -g | sed -n "$(((count + 1) / 2))p"
}

readonly runs=$([[ -n $quick ]] && echo 3 || echo 7)

memory() {
    "$java" "$collector" -Xmx4g -cp "$jar" io.iopf4j.benchmarks.CycleSpeed memory \
        outstanding=$million "$1"
}

trace() {
    "$java" "$collector" -cp "$jar" io.iopf4j.benchmarks.CycleSpeed trace | sed 's/ .*//'
}

# The launcher with the Java at hand, its archive of classes made by a first run.
launch() {
    local home
    home=$(readlink -f "$(command -v "$java")")
    JAVA_HOME=${home%/bin/java} "$root/iopf4j" "$@"
}

explored() {
    local seconds
    launch --version >"$work/out"
    seconds=$(cpu_seconds launch explore --seed 1 --json \
        --seconds $([[ -n $quick ]] && echo 20 || echo 60))
    sed -n 's/.*"cycles" : \([0-9]*\).*/\1/p' "$work/out" |
        awk -v seconds="$seconds" '{ printf "%.0f\n", $1 / seconds }'
}

read_whole() {
    median_of "$runs" cpu_seconds "$java" -Xshare:auto "$collector" -cp "$jar" \
        io.iopf4j.benchmarks.SumFields "$work/188.dat"
}

replay_million() {
    local seconds
    launch --version >"$work/out"
    seconds=$(JAVA_OPTS=-Xmx256m cpu_seconds launch replay "$work/434.dat")
    if grep -q ' raised: ' "$work/out"; then echo "$seconds"; else echo fails; fi
}

launch_ms() {
    launch "$@" >"$work/out" 2>&1 </dev/null
    median_of "$runs" wall_ms launch "$@"
}

sweep_gain() {
    local one two
    one=$(median_of "$runs" wall_ms launch "${sweep[@]}" --workers 1)
    two=$(median_of "$runs" wall_ms launch "${sweep[@]}" --workers 2)
    awk -v one="$one" -v two="$two" 'BEGIN { printf "%.2f\n", one / two }'
}

mapfile -t values < <(each_java memory policy=none)
plain_heading "what has no limit in C"
plain_row "bytes of a pending fault" 128 "${values[@]}"
mapfile -t values < <(each_java memory "$large,timeout=100s")
plain_row "bytes, with quota and timeout" 128 "${values[@]}"
mapfile -t values < <(each_java trace)
plain_row "trace.dat, 3 fields, warm, ns an event" 30 "${values[@]}"
mapfile -t values < <(each_java explored)
plain_row "explore, cycles a CPU second" +500000 "${values[@]}"

java -cp "$jar" io.iopf4j.benchmarks.BigDump "$work/188.dat" 188 >/dev/null
mapfile -t values < <(each_java read_whole)
plain_row "trace.dat of 188 MB, cold, CPU s" 0.4 "${values[@]}"
rm "$work/188.dat"
java -cp "$jar" io.iopf4j.benchmarks.BigDump "$work/434.dat" 434 >/dev/null
mapfile -t values < <(each_java replay_million)
plain_row "replay, 1,000,000 faults, CPU s" 2 "${values[@]}"
rm "$work/434.dat"
mapfile -t values < <(each_java launch_ms --version)
plain_row "--version, wall ms" 150 "${values[@]}"
mapfile -t values < <(each_java launch_ms replay "$root/testbench/dumps/open-mixed-a.dat")
plain_row "replay of a small dump, wall ms" 350 "${values[@]}"
if (($(nproc) > 1)); then
    sweep=(sweep "$root/testbench/dumps/open-mixed-a.dat" --policy 'vm-quota=1..256' --quiet)
    mapfile -t values < <(each_java sweep_gain)
    plain_row "sweep, 2 workers, times as fast" +1.8 "${values[@]}"
fi
printf '\n%d s in all\n' $((SECONDS - started))
