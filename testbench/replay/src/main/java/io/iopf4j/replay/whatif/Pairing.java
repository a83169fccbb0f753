// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.replay.FaultTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which faults of several runs are the same one. A dump's are, by the number that each has in it. A
 * scenario's are if the same device raised them and they are that device's n-th in their run: a
 * device that gets no answers asks for less, so that a run may lack some. They are in the order in
 * which they were raised first in any run. Only reads; immutable.
 */
final class Pairing {
    /** The run did not raise it. */
    static final int ABSENT = -1;

    private final int[][] faultOf;
    private final int[] numberOfDevice;

    private Pairing(final int[][] faultOf, final int[] numberOfDevice) {
        this.faultOf = faultOf;
        this.numberOfDevice = numberOfDevice;
    }

    /** Pairs runs of the same faults, at least one. */
    static Pairing of(final List<FaultTable> runs) {
        final Pairing found =
                runs.stream().allMatch(run -> run.replay().isPresent())
                        ? byNumber(runs)
                        : byDevice(runs);
        return found.sorted(runs);
    }

    private static Pairing byNumber(final List<FaultTable> runs) {
        final int size = runs.get(0).size();
        final int[][] faults = new int[runs.size()][size];
        for (final int[] ofRun : faults) {
            Arrays.setAll(ofRun, fault -> fault);
        }
        final int[] numbers = new int[size];
        final Map<String, Integer> counts = new HashMap<>();
        for (int fault = 0; fault < size; fault++) {
            numbers[fault] = counts.merge(runs.get(0).device(fault), 1, Integer::sum);
        }
        return new Pairing(faults, numbers);
    }

    private static Pairing byDevice(final List<FaultTable> runs) {
        // Of each device its n-th fault's pair is at n - 1.
        final Map<String, List<Integer>> pairs = new HashMap<>();
        final List<int[]> ofPair = new ArrayList<>();
        final List<Integer> numbers = new ArrayList<>();
        for (int run = 0; run < runs.size(); run++) {
            final Map<String, Integer> counts = new HashMap<>();
            final FaultTable table = runs.get(run);
            for (int fault = 0; fault < table.size(); fault++) {
                final String device = table.device(fault);
                final int nth = counts.merge(device, 1, Integer::sum);
                final List<Integer> known = pairs.computeIfAbsent(device, d -> new ArrayList<>());
                if (nth > known.size()) {
                    known.add(ofPair.size());
                    numbers.add(nth);
                    final int[] absent = new int[runs.size()];
                    Arrays.fill(absent, ABSENT);
                    ofPair.add(absent);
                }
                ofPair.get(known.get(nth - 1))[run] = fault;
            }
        }
        final int[][] faults = new int[runs.size()][ofPair.size()];
        for (int run = 0; run < faults.length; run++) {
            final int which = run;
            Arrays.setAll(faults[run], pair -> ofPair.get(pair)[which]);
        }
        return new Pairing(faults, numbers.stream().mapToInt(Integer::intValue).toArray());
    }

    private Pairing sorted(final List<FaultTable> runs) {
        final long[] firstNs = new long[size()];
        final List<Integer> order = new ArrayList<>(size());
        for (int pair = 0; pair < size(); pair++) {
            firstNs[pair] = Long.MAX_VALUE;
            for (int run = 0; run < runs.size(); run++) {
                if (faultOf[run][pair] != ABSENT) {
                    final FaultTable table = runs.get(run);
                    final int row = table.row(faultOf[run][pair]);
                    firstNs[pair] = Math.min(firstNs[pair], table.result().ledger().raisedNs(row));
                }
            }
            order.add(pair);
        }
        order.sort(Comparator.comparingLong(pair -> firstNs[pair]));
        final int[] old = order.stream().mapToInt(Integer::intValue).toArray();
        return new Pairing(
                Arrays.stream(faultOf).map(ofRun -> picked(ofRun, old)).toArray(int[][]::new),
                picked(numberOfDevice, old));
    }

    private static int[] picked(final int[] from, final int[] which) {
        return Arrays.stream(which).map(i -> from[i]).toArray();
    }

    int size() {
        return numberOfDevice.length;
    }

    /** A fault's number in a run, or {@link #ABSENT}. */
    int fault(final int pair, final int run) {
        return faultOf[run][pair];
    }

    /** Which of its device's faults it is, from 1. */
    int numberOfDevice(final int pair) {
        return numberOfDevice[pair];
    }
}
