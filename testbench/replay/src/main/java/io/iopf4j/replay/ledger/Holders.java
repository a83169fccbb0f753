// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import java.util.Arrays;

/** What endpoints and virtual machines have open, in columns, and the rows of their accesses. */
final class Holders {
    private static final int FIRST_ROWS = 64;

    private int[][] rowsOfEndpoint = new int[0][];
    private int[] vmOfEndpoint = new int[0];
    private String[] nameOfEndpoint = new String[0];
    private int[] open = new int[0];
    private int[] inCore = new int[0];
    private int[] stale = new int[0];
    private int[] domain = new int[0];
    private int[] outstanding = new int[0];
    private int[] vmOutstanding = new int[0];
    private int[] vmHighWater = new int[0];

    void assign(final int index, final int vm, final String name) {
        if (index >= vmOfEndpoint.length) {
            final int from = vmOfEndpoint.length;
            final int to = Math.max(index + 1, from * 2);
            vmOfEndpoint = Arrays.copyOf(vmOfEndpoint, to);
            nameOfEndpoint = Arrays.copyOf(nameOfEndpoint, to);
            open = Arrays.copyOf(open, to);
            inCore = Arrays.copyOf(inCore, to);
            stale = Arrays.copyOf(stale, to);
            domain = Arrays.copyOf(domain, to);
            outstanding = Arrays.copyOf(outstanding, to);
            rowsOfEndpoint = Arrays.copyOf(rowsOfEndpoint, to);
        }
        if (rowsOfEndpoint[index] == null) {
            rowsOfEndpoint[index] = new int[FIRST_ROWS];
        }
        if (vm >= vmOutstanding.length) {
            vmOutstanding = Arrays.copyOf(vmOutstanding, vm + 1);
            vmHighWater = Arrays.copyOf(vmHighWater, vm + 1);
        }
        vmOfEndpoint[index] = vm;
        nameOfEndpoint[index] = name;
    }

    int vmOf(final int index) {
        return vmOfEndpoint[index];
    }

    boolean isCalled(final int index, final String name) {
        return nameOfEndpoint[index].equals(name);
    }

    // ---- Rows of accesses -----------------------------------------------------------------------

    void remember(final int index, final int access, final int row) {
        if (access >= rowsOfEndpoint[index].length) {
            rowsOfEndpoint[index] = Arrays.copyOf(rowsOfEndpoint[index], access * 2);
        }
        rowsOfEndpoint[index][access] = row;
    }

    int rowOfAccess(final int index, final int access) {
        return rowsOfEndpoint[index][access];
    }

    // ---- Endpoints ------------------------------------------------------------------------------

    /** What an endpoint raises from now on is of its next domain. */
    void domainChanged(final int index) {
        domain[index]++;
        stale[index] = open[index];
    }

    /** Which of its domains an endpoint has. */
    int domain(final int index) {
        return domain[index];
    }

    /** A fault is open; in which domain of its endpoint. */
    int opened(final int index) {
        open[index]++;
        return domain[index];
    }

    void closed(final int index, final int inDomain) {
        open[index]--;
        if (inDomain != domain[index]) {
            stale[index]--;
        }
    }

    void enteredCore(final int index) {
        inCore[index]++;
    }

    void leftCore(final int index) {
        inCore[index]--;
    }

    int open(final int index) {
        return index < open.length ? open[index] : 0;
    }

    int inCore(final int index) {
        return index < inCore.length ? inCore[index] : 0;
    }

    int stale(final int index) {
        return stale[index];
    }

    // ---- Delivered faults -----------------------------------------------------------------------

    void delivered(final int vm, final int index) {
        outstanding[index]++;
        vmHighWater[vm] = Math.max(vmHighWater[vm], ++vmOutstanding[vm]);
    }

    void returned(final int vm, final int index) {
        outstanding[index]--;
        vmOutstanding[vm]--;
    }

    int outstanding(final int vm) {
        return vm < vmOutstanding.length ? vmOutstanding[vm] : 0;
    }

    int outstandingOfEndpoint(final int index) {
        return index < outstanding.length ? outstanding[index] : 0;
    }

    int highWater(final int vm) {
        return vm < vmHighWater.length ? vmHighWater[vm] : 0;
    }
}
