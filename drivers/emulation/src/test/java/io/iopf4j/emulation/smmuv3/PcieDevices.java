// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.PcieBus;
import java.util.ArrayList;
import java.util.List;

/** Devices behind an SMMU that write down what they are sent. */
final class PcieDevices implements PcieBus {
    /** {@code sid ssid code group} of each answer, in order. */
    final List<String> answers = new ArrayList<>();

    /** {@code sid ssid global address log2Bytes} of each invalidation, in order; hexadecimal. */
    final List<String> invalidations = new ArrayList<>();

    /** What an invalidation returns. */
    boolean invalidates = true;

    /** What a device does when it hears an answer. */
    Runnable onAnswer = () -> {};

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        answers.add(streamId + " " + substreamId + " " + code + " " + group);
        onAnswer.run();
    }

    @Override
    public boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        invalidations.add(
                streamId
                        + " "
                        + substreamId
                        + " "
                        + isGlobal
                        + " "
                        + Long.toHexString(address)
                        + " "
                        + log2Bytes);
        return invalidates;
    }
}
