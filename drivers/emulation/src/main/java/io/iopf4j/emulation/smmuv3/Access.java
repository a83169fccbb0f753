// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.Events;

/** What is being looked up, and what has been found for it so far; one instance is reused. */
final class Access {
    private static final int OVERRIDE_LOW = 2;
    private static final int OVERRIDE_HIGH = 3;

    int streamId;

    /** -1 without SubstreamID. */
    int substreamId;

    long iova;

    /** RnW, InD and PnU as word 1 of a record shows them. */
    long attributes;

    /** A translation request: it asks what is allowed instead of whether something is. */
    boolean isRequest;

    StreamEntry stream;
    ContextEntry context;

    void begin(
            final int sid, final int ssid, final long address, final int perm, final boolean ats) {
        streamId = sid;
        substreamId = ssid;
        iova = address;
        isRequest = ats;
        final boolean isRead = (perm & IommuFault.PERM_WRITE) == 0;
        final boolean isFetch = isRead && (perm & IommuFault.PERM_EXEC) != 0;
        attributes =
                (isRead ? Events.RNW : 0)
                        | (isFetch ? Events.IND : 0)
                        | ((perm & IommuFault.PERM_PRIV) != 0 ? Events.PNU : 0);
    }

    /** STE.PRIVCFG and INSTCFG; what is written is data whatever they say. IHI 0070, 5.2. */
    void override(final int privCfg, final int instCfg) {
        if (privCfg == OVERRIDE_LOW) {
            attributes &= ~Events.PNU;
        } else if (privCfg == OVERRIDE_HIGH) {
            attributes |= Events.PNU;
        }
        if (instCfg == OVERRIDE_LOW) {
            attributes &= ~Events.IND;
        } else if (instCfg == OVERRIDE_HIGH && (attributes & Events.RNW) != 0) {
            attributes |= Events.IND;
        }
    }

    boolean isPrivileged() {
        return (attributes & Events.PNU) != 0;
    }
}
