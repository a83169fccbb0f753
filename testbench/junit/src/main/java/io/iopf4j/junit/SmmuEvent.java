// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PriEntry;
import java.util.HashMap;
import java.util.Map;

/**
 * What an SMMUv3 writes into its event and PRI queues, by the names that IHI 0070 gives them,
 * chapters 7 and 8, with their fields.
 */
public enum SmmuEvent implements Expected {
    /** A transaction of a kind that the SMMU does not support. */
    F_UUT(Events.F_UUT, Kind.OTHER),
    /** StreamID outside the stream table. */
    C_BAD_STREAMID(Events.C_BAD_STREAMID, Kind.TABLE),
    /** The stream table entry could not be read. */
    F_STE_FETCH(Events.F_STE_FETCH, Kind.TABLE),
    /** Invalid or illegal stream table entry. */
    C_BAD_STE(Events.C_BAD_STE, Kind.TABLE),
    /** A translation request of a stream that must not send any. */
    F_BAD_ATS_TREQ(Events.F_BAD_ATS_TREQ, Kind.OTHER),
    /** A stream that needs a SubstreamID came without. */
    F_STREAM_DISABLED(Events.F_STREAM_DISABLED, Kind.TABLE),
    /** A translated access of a stream that must not send any. */
    F_TRANSL_FORBIDDEN(Events.F_TRANSL_FORBIDDEN, Kind.OTHER),
    /** SubstreamID out of range or not allowed. */
    C_BAD_SUBSTREAMID(Events.C_BAD_SUBSTREAMID, Kind.TABLE),
    /** The context descriptor could not be read. */
    F_CD_FETCH(Events.F_CD_FETCH, Kind.TABLE),
    /** Invalid or illegal context descriptor. */
    C_BAD_CD(Events.C_BAD_CD, Kind.TABLE),
    /** A translation table could not be read. */
    F_WALK_EABT(Events.F_WALK_EABT, Kind.TABLE),
    /** No translation. */
    F_TRANSLATION(Events.F_TRANSLATION, Kind.ACCESS),
    /** A translation led outside the address size. */
    F_ADDR_SIZE(Events.F_ADDR_SIZE, Kind.ACCESS),
    /** The access flag is not set. */
    F_ACCESS(Events.F_ACCESS, Kind.ACCESS),
    /** The access is not allowed. */
    F_PERMISSION(Events.F_PERMISSION, Kind.ACCESS),
    /** Two cached translations match one address. */
    F_TLB_CONFLICT(Events.F_TLB_CONFLICT, Kind.TABLE),
    /** Two cached configurations match one stream. */
    F_CFG_CONFLICT(Events.F_CFG_CONFLICT, Kind.TABLE),
    /** A hint that pages will be needed. */
    E_PAGE_REQUEST(Events.E_PAGE_REQUEST, Kind.OTHER),
    /** The virtual machine structure could not be read. */
    F_VMS_FETCH(Events.F_VMS_FETCH, Kind.TABLE),
    /** A page request, in the PRI queue. */
    PRI_REQUEST(-1, Kind.OTHER),
    /** A PASID stop marker, in the PRI queue. */
    PRI_STOP_MARKER(-2, Kind.OTHER);

    private static final Map<Integer, SmmuEvent> BY_NUMBER = new HashMap<>();
    private static final int CLASS_SHIFT = 40;

    static {
        for (final SmmuEvent event : values()) {
            BY_NUMBER.put(event.number, event);
        }
    }

    private final int number;
    private final Kind kind;

    SmmuEvent(final int number, final Kind kind) {
        this.number = number;
        this.kind = kind;
    }

    @Override
    public String entryName() {
        return name();
    }

    /** Whether a record says that software made tables or configuration wrong. */
    static boolean isOfTables(final int number) {
        final SmmuEvent event = BY_NUMBER.get(number);
        return event != null && event.kind == Kind.TABLE;
    }

    /** The same of a record's name. */
    static boolean isOfTables(final String name) {
        for (final SmmuEvent event : values()) {
            if (event.name().equals(name)) {
                return event.kind == Kind.TABLE;
            }
        }
        return false;
    }

    /** The name of an event's number. */
    static String nameOf(final int number) {
        final SmmuEvent event = BY_NUMBER.get(number);
        return event == null ? "event 0x" + Integer.toHexString(number) : event.name();
    }

    /** Decodes a record of the event queue. */
    static Entry decode(final long timeNs, final long[] words) {
        final int number = Events.number(words[0]);
        final SmmuEvent event = BY_NUMBER.get(number);
        final Entry entry =
                new Entry(timeNs, nameOf(number))
                        .with("StreamID", Integer.toUnsignedLong(Events.streamId(words[0])))
                        .withIf(
                                (words[0] & Events.SSV) != 0,
                                "SubstreamID",
                                Events.substreamId(words[0]));
        if (event != null && event.kind == Kind.ACCESS) {
            entry.with("Stall", bit(words[1], Events.STALL))
                    .with("STAG", Events.stag(words[1]))
                    .with("RnW", bit(words[1], Events.RNW))
                    .with("InD", bit(words[1], Events.IND))
                    .with("PnU", bit(words[1], Events.PNU))
                    .with("S2", bit(words[1], Events.S2))
                    .with("Class", words[1] >>> CLASS_SHIFT & 3)
                    .with("InputAddr", words[2])
                    .withIf(bit(words[1], Events.S2) != 0, "IPA", words[3] & Events.IPA_MASK);
        }
        return entry;
    }

    /** Decodes an entry of the PRI queue. */
    static Entry decodeRequest(final long timeNs, final long word0, final long word1) {
        final boolean isStop = PriEntry.isStopMarker(word0);
        final Entry entry =
                new Entry(timeNs, (isStop ? PRI_STOP_MARKER : PRI_REQUEST).name())
                        .with("StreamID", Integer.toUnsignedLong(PriEntry.streamId(word0)))
                        .withIf(
                                (word0 & PriEntry.SSV) != 0,
                                "SubstreamID",
                                PriEntry.substreamId(word0));
        return isStop
                ? entry
                : entry.with("PRGIndex", PriEntry.group(word1))
                        .with("Last", bit(word0, PriEntry.LAST))
                        .with("R", bit(word0, PriEntry.READ))
                        .with("W", bit(word0, PriEntry.WRITE))
                        .with("X", bit(word0, PriEntry.EXEC))
                        .with("Priv", bit(word0, PriEntry.PRIV))
                        .with("Address", PriEntry.address(word1));
    }

    private static long bit(final long word, final long which) {
        return (word & which) != 0 ? 1 : 0;
    }

    /** What a record is about. */
    private enum Kind {
        TABLE,
        ACCESS,
        OTHER
    }
}
