// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/**
 * What the operations of an episode share: the machine, its shadow, and where chance comes from.
 */
final class RandomWorld {
    private static final int PHYSICAL_PAGES = 24;
    private static final int LINEAR_SSID_BITS = 10;
    private static final int ONE_HANDLER_FAILURE_IN = 20;

    final SplittableRandom random;
    final RandomLog log;
    final RandomSetup setup;
    final RandomBench bench;
    final RandomLedger ledger;
    final RandomPcie pcie;
    final List<ShadowDevice> devices = new ArrayList<>();

    /** Pages that are mapped, unmapped and accessed. */
    final long[] iovas;

    /** Where they lead. */
    final long[] pages = new long[PHYSICAL_PAGES];

    /** Groups of domains that the run maps by itself, not answered. */
    final List<IopfGroup> kept = new ArrayList<>();

    RandomWorld(
            final SplittableRandom random,
            final RandomLog log,
            final BiFunction<Mmio, PhysicalMemory, Mmio> wrap) {
        this.random = random;
        this.log = log;
        setup = RandomSetup.draw(random);
        bench = new RandomBench(setup, log, random.nextLong(), wrap);
        ledger = bench.ledger;
        pcie = new RandomPcie(random, log, setup.config());
        bench.model.connect(pcie);
        iovas = drawIovas();
        final SmmuV3Config config = setup.config();
        final boolean isForced = config.stallModel() == SmmuV3Config.STALL_FORCED;
        final int ssidBits =
                has(SmmuFeature.TWO_LEVEL_CD_TABLE)
                        ? config.ssidBits()
                        : Math.min(config.ssidBits(), LINEAR_SSID_BITS);
        for (int i = 0; i < setup.devices().size(); i++) {
            final var fwspec = setup.devices().get(i);
            devices.add(
                    new ShadowDevice(
                            i,
                            fwspec,
                            isForced
                                    || (fwspec.dmaCanStall()
                                            && config.stallModel()
                                                    == SmmuV3Config.STALL_AND_TERMINATE),
                            isForced,
                            Math.min(ssidBits, fwspec.pasidNumBits()),
                            bench.memory,
                            bench.smmu.features().oas()));
        }
        // Behind all that the driver takes: addresses, not memory that anything is stored to.
        for (int i = 0; i < PHYSICAL_PAGES; i++) {
            pages[i] = RandomBench.MEMORY + bench.memory.sizeBytes() - 4096L * (i + 1);
        }
    }

    private long[] drawIovas() {
        final long[] drawn = new long[20];
        for (int i = 0; i < drawn.length; i++) {
            if (i < 8) {
                drawn[i] = 0x1_2345_0000L + i * 4096L;
            } else if (i < 12) {
                drawn[i] = RandomBench.MEMORY + i * 4096L;
            } else if (i < 15) {
                drawn[i] = 0x1_2340_0000L + (8 + i) * 4096L;
            } else {
                drawn[i] = random.nextLong(1L << 36) << 12;
            }
        }
        return drawn;
    }

    boolean has(final SmmuFeature feature) {
        return setup.config().has(feature);
    }

    boolean oneIn(final int n) {
        return random.nextInt(n) == 0;
    }

    /** Maybe, one of the next few allocations fails. */
    void maybeStarve() {
        bench.starve(oneIn(6) ? random.nextInt(3) : -1);
    }

    <T> T any(final List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** A device that is there, or null. */
    ShadowDevice anyDevice() {
        final ShadowDevice device = any(devices);
        return device.isThere() ? device : null;
    }

    ShadowDevice of(final IommuDevice device) {
        for (final ShadowDevice one : devices) {
            if (one.device == device) {
                return one;
            }
        }
        throw new AssertionError("no such device: " + device);
    }

    // ---- Groups ---------------------------------------------------------------------------------

    int keep(final IopfGroup group) {
        if (oneIn(ONE_HANDLER_FAILURE_IN)) {
            return -Errno.ENOSPC;
        }
        kept.add(group);
        of(group.device()).kept++;
        return 0;
    }

    /** The core has answered and freed all groups of a device, or is about to. */
    void forgetKept(final ShadowDevice device) {
        kept.removeIf(group -> group.device() == device.device);
        device.kept = 0;
    }

    static void require(final boolean isTrue, final String otherwise) {
        if (!isTrue) {
            throw new AssertionError(otherwise);
        }
    }
}
