// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuDevice;
import io.iopf4j.drivers.intel.IntelIommu;
import io.iopf4j.replay.bench.Seams;
import java.lang.reflect.Modifier;
import java.util.Set;

/** What a machine consists of, by the types by which a test asks for it. */
final class Parts {
    private static final Set<Class<?>> TYPES =
            Set.of(
                    EmulatedIommu.class,
                    EmulatedSmmu.class,
                    EmulatedVtd.class,
                    GuestBench.class,
                    VirtualClock.class,
                    PlatformDevice.class,
                    Kernel.class,
                    IommuCore.class,
                    FaultCore.class);
    private static final Set<Class<?>> FOR_DRIVERS =
            Set.of(PlatformDevice.class, Kernel.class, IommuCore.class);

    private Parts() {}

    static boolean isPart(final Class<?> type) {
        return TYPES.contains(type);
    }

    /** Whether it is what a driver is given, so that the machine has none of its own. */
    static boolean isForDrivers(final Class<?> type) {
        return FOR_DRIVERS.contains(type);
    }

    /** Whether it may be a driver's class. */
    static boolean isDriver(final Class<?> type) {
        return !isPart(type)
                && !type.isPrimitive()
                && !type.isArray()
                && !type.isInterface()
                && !type.isEnum()
                && !Modifier.isAbstract(type.getModifiers())
                && !type.getName().startsWith("java.");
    }

    /** Whether it stands between a machine's parts. */
    static boolean isSeams(final Class<?> type) {
        return Seams.class.isAssignableFrom(type);
    }

    /** Drivers that need a kernel's core behind them: our own. */
    static boolean needsKernelCore(final Class<?> type) {
        return type == FaultCore.class || type == ArmSmmuDevice.class || type == IntelIommu.class;
    }

    /** The hardware that a type is or drives; AUTO if it does not say. */
    static Iommu.Model modelOf(final Class<?> type) {
        if (type == EmulatedSmmu.class || type == ArmSmmuDevice.class) {
            return Iommu.Model.SMMUV3;
        }
        return type == EmulatedVtd.class || type == IntelIommu.class
                ? Iommu.Model.VTD
                : Iommu.Model.AUTO;
    }
}
