// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.READ;

import java.util.function.Consumer;

/**
 * One way to a fault: tables as software may have left them, and the access that finds them so.
 *
 * @param reason the fault reason
 * @param isQualified whether FPD keeps it from being recorded
 * @param name what is wrong
 * @param tables stores it
 * @param pasid the access's PASID, negative for none
 * @param iova its address
 * @param access what it asks for
 */
record VtdFaultCase(
        int reason,
        boolean isQualified,
        String name,
        Consumer<VtdScript> tables,
        int pasid,
        long iova,
        int access) {
    static final long IOVA = 0x1234_5678L;

    /** A fault that is recorded whatever FPD says. */
    static VtdFaultCase always(
            final int reason, final String name, final Consumer<VtdScript> tables) {
        return new VtdFaultCase(reason, false, name, tables, VtdScript.PASID, IOVA, READ);
    }

    /** A fault that FPD keeps from being recorded. */
    static VtdFaultCase unlessFpd(
            final int reason, final String name, final Consumer<VtdScript> tables) {
        return new VtdFaultCase(reason, true, name, tables, VtdScript.PASID, IOVA, READ);
    }

    VtdFaultCase of(final int otherPasid) {
        return new VtdFaultCase(reason, isQualified, name, tables, otherPasid, iova, access);
    }

    VtdFaultCase at(final long otherIova) {
        return new VtdFaultCase(reason, isQualified, name, tables, pasid, otherIova, access);
    }

    VtdFaultCase asking(final int otherAccess) {
        return new VtdFaultCase(reason, isQualified, name, tables, pasid, iova, otherAccess);
    }

    @Override
    public String toString() {
        return "0x%02x %s".formatted(reason, name);
    }
}
