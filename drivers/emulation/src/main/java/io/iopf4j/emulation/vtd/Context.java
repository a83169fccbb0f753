// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.emulation.PhysicalMemory;

/**
 * A context entry as it was read, and what {@link ContextRules} made of it then; and what was found
 * through it last, which holds as long as the cache that it was found in has not changed.
 */
final class Context {
    /** Which of the three forms an entry has. */
    enum Form {
        LEGACY(16),
        EXTENDED(32),
        SCALABLE(32);

        final int bytes;

        Form(final int bytes) {
            this.bytes = bytes;
        }
    }

    private static final long NEVER = -1;

    Form form;
    long word0;
    long word1;
    long word2;
    long word3;

    /** How requests without PASID are translated, except in scalable mode. */
    final Regime regime = new Regime();

    /** Translation requests and translated requests are allowed. */
    boolean hasDeviceTlb;

    boolean hasPageRequests;
    boolean hasPasids;

    /** PASIDs are below this. */
    int pasidLimit;

    /** The directory of PASIDs, or in extended mode their table. */
    long pasids;

    /** PASID of requests without one, in scalable mode; negative if the field is not valid. */
    int ridPasid;

    /** Requests without PASID are privileged. */
    boolean isRidPrivileged;

    // For the context table: the source id that it was found for last, and when.
    int foundFor;
    long foundAt = NEVER;

    // For the PASID table: whose entry was found last through it, and when.
    Regime ofPasid;
    int ofPasidSid;
    int ofPasidNumber;
    long ofPasidFoundAt = NEVER;

    void fetch(final PhysicalMemory memory, final long address, final Form itsForm) {
        form = itsForm;
        word0 = memory.readLong(address);
        word1 = memory.readLong(address + 8);
        final boolean isLong = itsForm != Form.LEGACY;
        word2 = isLong ? memory.readLong(address + 16) : 0;
        word3 = isLong ? memory.readLong(address + 24) : 0;
    }

    /** P and FPD have the same places in all forms. */
    boolean isPresent() {
        return (word0 & 1) != 0;
    }

    boolean isSilent() {
        return (word0 & 2) != 0;
    }

    /** Domain id; 0 of what is not present, as caching mode demands. */
    int did() {
        return isPresent() ? regime.did : 0;
    }
}
