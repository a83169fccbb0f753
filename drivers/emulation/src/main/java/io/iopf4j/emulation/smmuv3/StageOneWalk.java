// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.parts.SpanIndex;

/**
 * From a virtual address to where it leads: the context's ranges below (TTB0) and above (TTB1), the
 * cached translation or the walk, the permissions, and stage 2 where the stream has it, for every
 * table and for the output. IHI 0070, 3.4, 5.4 and 7.3; Arm ARM, D8.2 to D8.4.
 */
final class StageOneWalk {
    /** Bit 55 says which range an address is in, whether its top byte counts or not. */
    private static final int RANGE_BIT = 55;

    private static final long BELOW_TOP_BYTE = 0x00ff_ffff_ffff_ffffL;
    private static final int STRIDE_OF_4_LEVELS = 4;

    private final SmmuV3Config config;
    private final boolean hasEl2;
    private final boolean hasVmids;
    private final boolean mayIgnoreTables;
    private final Tlb tlb;
    private final Translation result;
    private final StageTwoWalk stageTwo;
    private final TableWalk walk;
    private boolean isE2h;

    StageOneWalk(
            final PhysicalMemory memory,
            final SmmuV3Config config,
            final Tlb tlb,
            final StageTwoWalk stageTwo,
            final Translation result) {
        this.config = config;
        this.hasEl2 = config.has(SmmuFeature.HYP);
        this.hasVmids = config.has(SmmuFeature.STAGE_2);
        this.mayIgnoreTables = config.has(SmmuFeature.HIERARCHICAL_ATTRIBUTE_DISABLE);
        this.tlb = tlb;
        this.stageTwo = stageTwo;
        this.result = result;
        this.walk = new TableWalk(memory);
    }

    void setE2h(final boolean isSet) {
        isE2h = isSet;
    }

    /** The world of a stream with stage 1: {@code Tlb.WORLD_}. STRW is looked at only there. */
    int worldOf(final StreamEntry stream) {
        final boolean isEl2 =
                hasEl2
                        && stream.config() == StreamTableEntry.CONFIG_S1
                        && StreamTableEntry.strw(stream.word1) == StreamTableEntry.STRW_EL2;
        if (!isEl2) {
            return Tlb.WORLD_EL1;
        }
        return isE2h ? Tlb.WORLD_EL2_E2H : Tlb.WORLD_EL2;
    }

    static int outputBits(final long cd0, final SmmuV3Config config) {
        return Math.min(config.outputBits(), SmmuRegisters.addressBits(ContextDescriptor.ips(cd0)));
    }

    /** Translates an access whose stream and context are known, and fills the result. */
    void translate(final Access access) {
        final ContextEntry context = access.context;
        final long iova = access.iova;
        final int world = worldOf(access.stream);
        final boolean hasTwoRanges = world != Tlb.WORLD_EL2;
        final boolean upper = hasTwoRanges && (iova >>> RANGE_BIT & 1) != 0;
        final boolean isDisabled = hasTwoRanges && context.isDisabled(upper);
        if (!isInRange(context, upper, isDisabled, iova)) {
            result.stageOneFault(Events.F_TRANSLATION, access);
            return;
        }
        final long address = iova << Byte.SIZE >> Byte.SIZE;
        final long tag = tag(world, access);
        final int slot = tlb.find(tag, address);
        if (slot >= 0) {
            useCached(access, slot, address);
        } else if (slot == SpanIndex.CONFLICT) {
            result.tlbConflict(access, false, 0);
        } else if (isDisabled) {
            result.stageOneFault(Events.F_TRANSLATION, access);
        } else {
            useTables(access, tag, world, upper, address);
        }
    }

    /** A range without a walk has no size: only what is cached can match there. */
    private static boolean isInRange(
            final ContextEntry context,
            final boolean upper,
            final boolean isDisabled,
            final long iova) {
        final boolean ignoresTop = context.ignoresTopByte(upper);
        if (isDisabled) {
            return ignoresTop || iova << Byte.SIZE >> Byte.SIZE == iova;
        }
        final int inputBits = 64 - context.txsz(upper);
        if (upper) {
            return (ignoresTop ? iova | ~BELOW_TOP_BYTE : iova) >> inputBits == -1;
        }
        return (ignoresTop ? iova & BELOW_TOP_BYTE : iova) >>> inputBits == 0;
    }

    private long tag(final int world, final Access access) {
        final int vmid = world == Tlb.WORLD_EL1 && hasVmids ? access.stream.vmid() : 0;
        final int asid = world == Tlb.WORLD_EL2 ? 0 : ContextDescriptor.asid(access.context.word0);
        return Tlb.tag(world, vmid, asid);
    }

    private void useCached(final Access access, final int slot, final long address) {
        final int rights = tlb.rights(slot);
        if (!access.isRequest) {
            if (!Rights.stageOneAllows(rights, access.attributes)) {
                result.stageOneFault(Events.F_PERMISSION, access);
                return;
            }
            if (!Rights.stageTwoAllows(rights, access.attributes)) {
                result.stageTwoFault(
                        Events.F_PERMISSION,
                        access,
                        Events.CLASS_IN,
                        tlb.intermediate(slot, address));
                return;
            }
        }
        result.translated(tlb.output(slot, address), tlb.log2(slot), rights);
    }

    private void useTables(
            final Access access,
            final long tag,
            final int world,
            final boolean upper,
            final long address) {
        final ContextEntry context = access.context;
        final long cd0 = context.word0;
        final int granule = context.granule(upper);
        final int inputBits = 64 - context.txsz(upper);
        final boolean isNested = access.stream.hasStageTwo();
        final int fault =
                walk.walk(
                        context.table(upper),
                        granule,
                        4 - (inputBits - STRIDE_OF_4_LEVELS) / (granule - 3),
                        inputBits,
                        address,
                        outputBits(cd0, config),
                        (cd0 & ContextDescriptor.AFFD) != 0,
                        access,
                        isNested ? stageTwo : null);
        if (fault == TableWalk.RECORDED) {
            return;
        }
        if (fault == Events.F_WALK_EABT) {
            result.walkAbort(access, false, Events.CLASS_TTD, walk.fetchAddress);
            return;
        }
        if (fault != TableWalk.FOUND) {
            result.stageOneFault(fault, access);
            return;
        }
        final boolean ignoresTables = mayIgnoreTables && context.ignoresTablePermissions(upper);
        int rights =
                Rights.ofStageOne(
                        walk.leaf, ignoresTables ? 0 : walk.tables, cd0, world != Tlb.WORLD_EL2);
        if (isRefused(access, rights)) {
            return;
        }
        int log2 = walk.log2;
        long output = walk.output | (address & ((1L << log2) - 1));
        final long intermediate = output;
        if (isNested) {
            if (!stageTwo.translate(access, intermediate, Events.CLASS_IN)) {
                return;
            }
            output = stageTwo.output();
            log2 = Math.min(log2, stageTwo.log2());
            rights |= stageTwo.rights();
        } else {
            rights |= Rights.ALL_STAGE_2;
        }
        final long pageMask = -(1L << log2);
        final boolean isGlobal = world == Tlb.WORLD_EL2 || (walk.leaf & PageDescriptor.NG) == 0;
        tlb.keep(
                tag,
                isGlobal,
                address,
                log2,
                output & pageMask,
                intermediate & pageMask,
                rights,
                walk.level,
                granule);
        result.translated(output, log2, rights);
    }

    /** The intermediate address is not translated for one that may not get there. */
    private boolean isRefused(final Access access, final int rights) {
        if (access.isRequest) {
            if (Rights.permissions(rights | Rights.ALL_STAGE_2, access.isPrivileged()) == 0) {
                result.translated(access.iova, walk.log2, 0);
                return true;
            }
            return false;
        }
        if (!Rights.stageOneAllows(rights, access.attributes)) {
            result.stageOneFault(Events.F_PERMISSION, access);
            return true;
        }
        return false;
    }
}
