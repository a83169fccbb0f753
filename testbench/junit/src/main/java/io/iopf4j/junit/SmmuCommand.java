// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import java.util.HashMap;
import java.util.Map;

/** Commands of an SMMUv3 by the names that IHI 0070 gives them, chapter 4, with their fields. */
public enum SmmuCommand implements Expected {
    /** Prefetch a stream's configuration. */
    CMD_PREFETCH_CONFIG(CmdqOp.PREFETCH_CONFIG, Field.SID, Field.SSID),
    /** Prefetch a translation. */
    CMD_PREFETCH_ADDR(CmdqOp.PREFETCH_ADDR, Field.SID, Field.SSID, Field.ADDRESS),
    /** Invalidate a stream table entry. */
    CMD_CFGI_STE(CmdqOp.CFGI_STE, Field.SID, Field.LEAF),
    /** Invalidate a range of stream table entries; range 31 is CMD_CFGI_ALL. */
    CMD_CFGI_STE_RANGE(CmdqOp.CFGI_STE_RANGE, Field.SID, Field.RANGE),
    /** Invalidate a context descriptor. */
    CMD_CFGI_CD(CmdqOp.CFGI_CD, Field.SID, Field.SSID_ALWAYS, Field.LEAF),
    /** Invalidate all context descriptors of a stream. */
    CMD_CFGI_CD_ALL(CmdqOp.CFGI_CD_ALL, Field.SID),
    /** Invalidate all stage 1 entries of a VMID. */
    CMD_TLBI_NH_ALL(CmdqOp.TLBI_NH_ALL, Field.VMID),
    /** Invalidate by ASID. */
    CMD_TLBI_NH_ASID(CmdqOp.TLBI_NH_ASID, Field.VMID, Field.ASID),
    /** Invalidate by ASID and address. */
    CMD_TLBI_NH_VA(CmdqOp.TLBI_NH_VA, Field.VMID, Field.ASID, Field.ADDRESS, Field.LEAF),
    /** Invalidate by address, all ASIDs. */
    CMD_TLBI_NH_VAA(CmdqOp.TLBI_NH_VAA, Field.VMID, Field.ADDRESS, Field.LEAF),
    /** Invalidate all EL3 entries. */
    CMD_TLBI_EL3_ALL(CmdqOp.TLBI_EL3_ALL),
    /** Invalidate EL3 entries by address. */
    CMD_TLBI_EL3_VA(CmdqOp.TLBI_EL3_VA, Field.ADDRESS, Field.LEAF),
    /** Invalidate all EL2 entries. */
    CMD_TLBI_EL2_ALL(CmdqOp.TLBI_EL2_ALL),
    /** Invalidate EL2 entries by ASID. */
    CMD_TLBI_EL2_ASID(CmdqOp.TLBI_EL2_ASID, Field.ASID),
    /** Invalidate EL2 entries by ASID and address. */
    CMD_TLBI_EL2_VA(CmdqOp.TLBI_EL2_VA, Field.ASID, Field.ADDRESS, Field.LEAF),
    /** Invalidate EL2 entries by address. */
    CMD_TLBI_EL2_VAA(CmdqOp.TLBI_EL2_VAA, Field.ADDRESS, Field.LEAF),
    /** Invalidate all entries of a VMID. */
    CMD_TLBI_S12_VMALL(CmdqOp.TLBI_S12_VMALL, Field.VMID),
    /** Invalidate stage 2 entries by intermediate address. */
    CMD_TLBI_S2_IPA(CmdqOp.TLBI_S2_IPA, Field.VMID, Field.ADDRESS, Field.LEAF),
    /** Invalidate all Non-secure entries but EL2's. */
    CMD_TLBI_NSNH_ALL(CmdqOp.TLBI_NSNH_ALL),
    /** Invalidate a device's translation cache. */
    CMD_ATC_INV(CmdqOp.ATC_INV, Field.SID, Field.SSID, Field.ADDRESS),
    /** Answer a page request group. */
    CMD_PRI_RESP(CmdqOp.PRI_RESP, Field.SID, Field.SSID, Field.GROUP, Field.RESP),
    /** End one stalled transaction. */
    CMD_RESUME(CmdqOp.RESUME, Field.SID, Field.STAG, Field.ACTION),
    /** End all stalled transactions of a stream. */
    CMD_STALL_TERM(CmdqOp.STALL_TERM, Field.SID),
    /** Wait for all older commands. */
    CMD_SYNC(CmdqOp.SYNC, Field.SIGNAL);

    private static final Map<Integer, SmmuCommand> BY_OPCODE = new HashMap<>();

    static {
        for (final SmmuCommand command : values()) {
            BY_OPCODE.put(command.opcode, command);
        }
    }

    private final int opcode;

    @SuppressWarnings("ImmutableEnumChecker") // nobody gets hold of it
    private final Field[] fields;

    SmmuCommand(final int opcode, final Field... fields) {
        this.opcode = opcode;
        this.fields = fields;
    }

    @Override
    public String entryName() {
        return name();
    }

    /** Decodes a command; one that there is not shows its words. */
    static Entry decode(final long timeNs, final long word0, final long word1) {
        final SmmuCommand command = BY_OPCODE.get(Commands.opcode(word0));
        if (command == null) {
            return new Entry(timeNs, "CMD_0x" + Integer.toHexString(Commands.opcode(word0)))
                    .with("word0", word0)
                    .with("word1", word1);
        }
        final Entry entry = new Entry(timeNs, command.name());
        for (final Field field : command.fields) {
            field.put(entry, word0, word1);
        }
        return entry;
    }

    /** A part of a command. */
    private enum Field {
        SID {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("StreamID", Integer.toUnsignedLong(Commands.streamId(word0)));
            }
        },
        SSID {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.withIf((word0 & Commands.SSV) != 0, "SubstreamID", Commands.substreamId(word0));
            }
        },
        SSID_ALWAYS {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("SubstreamID", Commands.substreamId(word0));
            }
        },
        LEAF {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("Leaf", Commands.isLeaf(word1) ? 1 : 0);
            }
        },
        RANGE {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("Range", Commands.steRange(word1));
            }
        },
        VMID {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("VMID", Commands.vmid(word0));
            }
        },
        ASID {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("ASID", Commands.asid(word0));
            }
        },
        ADDRESS {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("Address", Commands.address(word1));
            }
        },
        GROUP {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("PRGIndex", Commands.priGroup(word1));
            }
        },
        RESP {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("Resp", Commands.priResponse(word1));
            }
        },
        STAG {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("STAG", Commands.stag(word1));
            }
        },
        ACTION {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                final int action = Commands.resumeAction(word0);
                to.with("Ac", action & Commands.RESUME_RETRY)
                        .with("Ab", (action & Commands.RESUME_ABORT) / Commands.RESUME_ABORT);
            }
        },
        SIGNAL {
            @Override
            void put(final Entry to, final long word0, final long word1) {
                to.with("CS", Commands.syncSignal(word0))
                        .withIf(
                                Commands.syncMsiAddress(word1) != 0,
                                "MSIAddress",
                                Commands.syncMsiAddress(word1));
            }
        };

        abstract void put(Entry to, long word0, long word1);
    }
}
