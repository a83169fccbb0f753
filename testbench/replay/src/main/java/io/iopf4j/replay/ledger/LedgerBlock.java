// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import java.util.Arrays;

/**
 * So many rows of a ledger, in columns. A ledger is a list of such blocks, so that it grows without
 * a copy of what it has; only the first one, which is all of it in most runs, begins small.
 */
final class LedgerBlock {
    static final int ROWS_BITS = 12;
    static final int ROWS_MAX = 1 << ROWS_BITS;

    int[] endpoint = new int[0];
    int[] access = new int[0];
    int[] requests = new int[0];
    int[] vmOfRow = new int[0];
    int[] substream = new int[0];
    long[] iova = new long[0];
    int[] tag = new int[0];
    int[] cookie = new int[0];
    byte[] code = new byte[0];
    byte[] outcome = new byte[0];
    byte[] result = new byte[0];
    byte[] records = new byte[0];
    boolean[] isOpen = new boolean[0];
    boolean[] isInCore = new boolean[0];
    boolean[] isAbandoned = new boolean[0];
    boolean[] held = new boolean[0];
    boolean[] isWithVm = new boolean[0];
    boolean[] driverAnswers = new boolean[0];
    byte[] origin = new byte[0];
    int[] vmHadOutstanding = new int[0];
    int[] deviceHadOutstanding = new int[0];
    long[] raisedNs = new long[0];
    long[] queuedNs = new long[0];
    long[] reportedNs = new long[0];
    long[] deliveredNs = new long[0];
    long[] answeredNs = new long[0];
    long[] completedNs = new long[0];
    int[] domainOfRow = new int[0];
    int[] domainOfRaise = new int[0];

    /** So many empty rows, at most {@link #ROWS_MAX}. */
    LedgerBlock(final int rows) {
        extend(rows);
    }

    /** Makes it longer: to so many rows, at most {@link #ROWS_MAX}. */
    void extend(final int rows) {
        endpoint = Arrays.copyOf(endpoint, rows);
        access = Arrays.copyOf(access, rows);
        requests = Arrays.copyOf(requests, rows);
        vmOfRow = Arrays.copyOf(vmOfRow, rows);
        substream = Arrays.copyOf(substream, rows);
        iova = Arrays.copyOf(iova, rows);
        tag = Arrays.copyOf(tag, rows);
        cookie = Arrays.copyOf(cookie, rows);
        code = Arrays.copyOf(code, rows);
        outcome = Arrays.copyOf(outcome, rows);
        result = Arrays.copyOf(result, rows);
        records = Arrays.copyOf(records, rows);
        isOpen = Arrays.copyOf(isOpen, rows);
        isInCore = Arrays.copyOf(isInCore, rows);
        isAbandoned = Arrays.copyOf(isAbandoned, rows);
        held = Arrays.copyOf(held, rows);
        isWithVm = Arrays.copyOf(isWithVm, rows);
        driverAnswers = Arrays.copyOf(driverAnswers, rows);
        origin = Arrays.copyOf(origin, rows);
        vmHadOutstanding = Arrays.copyOf(vmHadOutstanding, rows);
        deviceHadOutstanding = Arrays.copyOf(deviceHadOutstanding, rows);
        raisedNs = Arrays.copyOf(raisedNs, rows);
        queuedNs = Arrays.copyOf(queuedNs, rows);
        reportedNs = Arrays.copyOf(reportedNs, rows);
        deliveredNs = Arrays.copyOf(deliveredNs, rows);
        answeredNs = Arrays.copyOf(answeredNs, rows);
        completedNs = Arrays.copyOf(completedNs, rows);
        domainOfRow = Arrays.copyOf(domainOfRow, rows);
        domainOfRaise = Arrays.copyOf(domainOfRaise, rows);
    }
}
