// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.emulation.inject.ForwardingMmio;

/** A device's registers; a subclass says what the driver does wrong with one. */
class WrongRegisters extends ForwardingMmio {
    WrongRegisters(final Mmio right) {
        super(right);
    }
}
