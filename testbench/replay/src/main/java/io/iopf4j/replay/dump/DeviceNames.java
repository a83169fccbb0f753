// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Devices' names by what the hardware calls them: requests show both, answers often the requester
 * id alone. A device that no event names is called after its requester id, as {@code 6a:01.0}.
 */
final class DeviceNames {
    private static final int RID_BITS = 16;

    private final Map<Integer, String> byRid = new HashMap<>();

    /** The name of a device that a request shows, remembered for its requester id. */
    String ofRequest(final String name, final int rid) {
        if (name == null) {
            return of(null, rid);
        }
        if (rid != 0) {
            byRid.put(rid, name);
        }
        return name;
    }

    /** The name of a device that an event names, or that has a requester id. */
    String of(final String name, final int rid) {
        return name != null ? name : byRid.computeIfAbsent(rid, DeviceNames::ofRid);
    }

    private static String ofRid(final int rid) {
        return rid >>> RID_BITS == 0
                ? String.format(Locale.ROOT, "%02x:%02x.%d", rid >>> 8, rid >>> 3 & 0x1f, rid & 0x7)
                : String.format(Locale.ROOT, "stream 0x%x", rid);
    }
}
