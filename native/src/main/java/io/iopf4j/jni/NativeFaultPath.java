// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * The fault path of one SMMU in C. A warm fault allocates nothing in Java. Threads as {@link
 * ArmSmmuFaultPath} says.
 */
final class NativeFaultPath implements ArmSmmuFaultPath {
    /** Bits of what {@link Bridge#smmuOps} gives. */
    private static final int KNOWS_EARLIER_RULES = 1;

    private static final int LOGS_AS_LINUX = 1 << 1;

    private final SmmuServices services;
    private final UserLibrary library;
    private final FaultGeneration generation;
    private final long smmu;
    private long lostNotices;

    /** Opens a library for an SMMU; C runs from {@link #probe} on. */
    NativeFaultPath(final LibraryWords words, final ArmSmmuFaultServices its) {
        services = new SmmuServices(its);
        generation = its.core().generation();
        library = UserLibrary.open(words, services);
        services.start(its.kernel());
        services.setDma(its.dma());
        try {
            Bridge.smmuOps(library.handle());
            smmu = open(its);
        } catch (final RuntimeException e) {
            library.close();
            throw e;
        }
        services.serve(library.handle(), smmu);
    }

    private long open(final ArmSmmuFaultServices its) {
        final ByteBuffer queue = its.eventQueue().map();
        return Bridge.smmuOpen(
                library.handle(),
                its.name(),
                services.addWindow(its.mmio()),
                queue,
                its.eventQueue().dmaAddress(),
                its.eventQueueLog2(),
                rules(generation));
    }

    /** A generation as {@code enum arm_smmu_rules} numbers it. */
    private static int rules(final FaultGeneration generation) {
        return switch (generation) {
            case SERIES_2017 -> 0;
            case SERIES_2018 -> 1;
            case LINUX_5_X -> 2;
            case LINUX_6_12 -> 3;
        };
    }

    /** Looks at a library; throws {@link IllegalArgumentException} in one line. */
    static Set<Ability> abilities(final LibraryWords words) {
        try (UserLibrary library = UserLibrary.open(words, new KernelServices(FailSlab.NEVER))) {
            final int bits = Bridge.smmuOps(library.handle());
            // The bridge sees to it that what is reported can be told from what has ended.
            final EnumSet<Ability> abilities = EnumSet.of(Ability.DRAIN);
            if ((bits & KNOWS_EARLIER_RULES) != 0) {
                abilities.add(Ability.EARLIER_GENERATIONS);
            }
            if ((bits & LOGS_AS_LINUX) != 0) {
                abilities.add(Ability.LOG);
            }
            return abilities;
        }
    }

    @Override
    public int probe() {
        return Bridge.smmuProbe(library.handle(), smmu);
    }

    @Override
    public void programRegisters() {
        Bridge.smmuReset(library.handle(), smmu);
    }

    @Override
    public void handleEvents() {
        try {
            Bridge.smmuEvents(library.handle(), smmu);
        } finally {
            services.endReport();
        }
    }

    @Override
    public int pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        if (!library.isOpen()) {
            return generation == FaultGeneration.LINUX_6_12 ? 0 : -Errno.ENODEV;
        }
        return Bridge.smmuRespond(
                library.handle(),
                smmu,
                services.client(dev).address(),
                services.masterOf(dev),
                evt != null,
                evt == null ? 0 : NativeFlags.of(evt),
                evt == null ? 0 : evt.pasid(),
                evt == null ? 0 : evt.grpid(),
                evt == null ? 0 : evt.perm(),
                evt == null ? 0 : evt.addr(),
                msg.pasid(),
                msg.grpid(),
                msg.code(),
                msg.type() == PageResponseType.STREAM);
    }

    @Override
    public long lostNotices() {
        if (library.isOpen()) {
            lostNotices = Bridge.smmuLost(library.handle(), smmu);
        }
        return lostNotices;
    }

    @Override
    public void remove() {
        if (library.isOpen()) {
            try {
                Bridge.smmuRemove(library.handle(), smmu);
                lostNotices();
            } finally {
                library.close();
            }
        }
    }
}
