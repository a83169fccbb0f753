// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.testing;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import io.iopf4j.drivers.armsmmuv3.DriverLoader;
import java.util.EnumSet;
import java.util.Set;

/**
 * The driver that ships as {@code counting:WORDS}, which counts its answers; {@code
 * counting:only-6.12} claims to know no other rules.
 */
public final class CountingDriverLoader implements DriverLoader {
    private static int answers;

    /** For {@link java.util.ServiceLoader}. */
    public CountingDriverLoader() {}

    /** Answers of all, since the last time. */
    public static int takeAnswers() {
        final int taken = answers;
        answers = 0;
        return taken;
    }

    @Override
    public String scheme() {
        return "counting";
    }

    @Override
    public ArmSmmuFaultPath.Factory load(final String rest) {
        if (rest.equals("broken")) {
            throw new IllegalArgumentException("counting:broken: cannot be loaded");
        }
        return new Counting(
                rest.equals("only-6.12")
                        ? EnumSet.complementOf(EnumSet.of(Ability.EARLIER_GENERATIONS))
                        : EnumSet.allOf(Ability.class));
    }

    private record Counting(Set<Ability> abilities) implements ArmSmmuFaultPath.Factory {
        @Override
        public ArmSmmuFaultPath create(final ArmSmmuFaultServices services) {
            final ArmSmmuFaultPath right = ArmSmmuFaultPath.inJava().create(services);
            return new ArmSmmuFaultPath() {
                @Override
                public void programRegisters() {
                    right.programRegisters();
                }

                @Override
                public void handleEvents() {
                    right.handleEvents();
                }

                @Override
                public int pageResponse(
                        final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
                    answers++;
                    return right.pageResponse(dev, evt, msg);
                }

                @Override
                public long lostNotices() {
                    return right.lostNotices();
                }
            };
        }
    }
}
