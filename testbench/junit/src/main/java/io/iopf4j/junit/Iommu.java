// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.replay.bench.Seams;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a field that {@link IommuTestbench} fills, and says how the machine is built. On a class it
 * is the default for all its tests; on a method, a field or a parameter it takes the default's
 * place. A test's machine has one configuration: two that say something are refused.
 *
 * <p>A field or parameter can be an {@link EmulatedSmmu}, an {@link EmulatedVtd} or an {@link
 * EmulatedIommu}, a {@link GuestBench}, the {@link VirtualClock}, a {@code FaultCore}, what a
 * driver is given ({@code PlatformDevice}, {@code Kernel}, {@code IommuCore}); or, with this
 * annotation, a driver: a class with a constructor, or a static method {@code probe}, whose
 * parameters are any of these; or, with this annotation, a class of {@code Seams}, which then
 * stands between the machine's parts.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER})
public @interface Iommu {
    /** Which hardware. */
    enum Model {
        /** What the field or parameter says; an SMMUv3 if that says nothing. */
        AUTO,
        /** An Arm SMMUv3. */
        SMMUV3,
        /** A VT-d remapping unit. */
        VTD
    }

    /**
     * Which hardware.
     *
     * @return the model
     */
    Model model() default Model.AUTO;

    /**
     * SMMUv3's stall buffer.
     *
     * @return entries in [1, 65535]; 0 for all of them
     */
    int stallEntries() default 0;

    /**
     * The queue of faults: SMMUv3's event queue at most, or the page request queue of a {@link
     * GuestBench} on VT-d.
     *
     * @return a power of two; 0 for the driver's choice
     */
    int queueEntries() default 0;

    /**
     * What an SMMUv3 has not.
     *
     * @return features to leave out
     */
    SmmuFeature[] without() default {};

    /**
     * From an interrupt until its thread runs.
     *
     * @return virtual nanoseconds; negative for the model's default
     */
    long interruptLatencyNs() default -1;

    /**
     * Whose rules the core keeps, as {@code --semantics}.
     *
     * @return such as {@code mainline-6.12}, which a {@link GuestBench}, a {@code FaultCore} and
     *     our drivers have if this is left out; other drivers report to a core that takes all
     */
    String semantics() default "";

    /**
     * Limits on faults of a {@link GuestBench}, as {@code --policy}.
     *
     * @return such as {@code vm-quota=half,timeout=10s}
     */
    String policy() default "";

    /**
     * The seed of all chance, unless {@code -Diopf4j.seed} says otherwise.
     *
     * @return any number
     */
    long seed() default 1;

    /**
     * What stands between the machine's parts, such as fault injectors.
     *
     * @return classes with a constructor without parameters, or with the seed; the last is nearest
     *     to the driver
     */
    Class<? extends Seams>[] seams() default {};
}
