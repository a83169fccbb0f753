// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Why hardware refused an access, in words: for whoever reads a log.
 *
 * @param name what the hardware's manual calls it, or nearly so
 * @param meaning what it says
 * @param cause what usually causes it, and what to look at next
 */
public record FaultReason(String name, String meaning, String cause) {
    private static final String TABLE = "reasons.txt";
    private static final int PARTS = 5;
    private static final int RADIX = 16;

    /** Which hardware's numbers an event's group has. */
    private static final Map<String, String> HARDWARE =
            Map.of(
                    "dmar", "vtd",
                    "intel_iommu", "vtd",
                    "vtd", "vtd",
                    "frcd", "vtd",
                    "smmu", "smmuv3",
                    "smmuv3", "smmuv3",
                    "evtq", "smmuv3",
                    "amd_iommu", "amd",
                    "virtio_iommu", "virtio");

    private static final FaultReason PLAIN =
            new FaultReason(
                    "fault",
                    "the access was refused; the event does not say why",
                    "The page is absent or not for that access: look at the last unmap of this"
                            + " address.");

    /** Loaded when somebody asks. */
    private static final class Holder {
        private static final Map<String, FaultReason> BY_NUMBER = load();
    }

    /**
     * Explains a number.
     *
     * @param source the group of the event that showed the fault
     * @param reason the hardware's own number
     * @return what it means; for a number that nobody knows, that
     */
    public static FaultReason of(final String source, final int reason) {
        final String hardware = HARDWARE.get(source);
        if (hardware == null) {
            return PLAIN;
        }
        final FaultReason known = Holder.BY_NUMBER.get(hardware + reason);
        return known != null
                ? known
                : new FaultReason(
                        String.format("reason 0x%02x", reason),
                        "a number that no manual at hand has",
                        "Newer hardware, or a damaged record.");
    }

    private static Map<String, FaultReason> load() {
        final Map<String, FaultReason> reasons = new HashMap<>();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                FaultReason.class.getResourceAsStream(TABLE),
                                StandardCharsets.UTF_8))) {
            lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\\|", PARTS))
                    .forEach(
                            part ->
                                    reasons.put(
                                            part[0] + Integer.parseInt(part[1], RADIX),
                                            new FaultReason(part[2], part[3], part[4])));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return reasons;
    }
}
