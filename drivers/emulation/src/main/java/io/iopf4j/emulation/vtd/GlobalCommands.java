// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * GCMD and GSTS, and the two table addresses that a command puts in force. Levels follow what is
 * stored; one-shot bits act whenever they are stored as one; all is done when the store returns, in
 * the order TE, SRTP, QIE, SIRTP. VT-d specification, 11.4.4.
 */
final class GlobalCommands {
    private static final long RTADDR_BITS = 0xffff_ffff_ffff_fc00L;
    private static final long IRTA_BITS = 0xffff_ffff_ffff_f80fL;
    private static final int REMAPPING = VtdRegisters.IRE | VtdRegisters.SIRTP | VtdRegisters.CFI;
    private static final int FAULT_LOG = VtdRegisters.EAFL | VtdRegisters.SFL;

    private final Translator translator;
    private final FaultRecorder faults;
    private final InvalidationQueue queue;
    private final NotModelledUses<VtdNotModelled> notModelled;
    private final boolean hasQueue;
    private int status;
    private long rootTable;
    private long interruptTable;

    GlobalCommands(
            final VtdConfig config,
            final Translator translator,
            final FaultRecorder faults,
            final InvalidationQueue queue,
            final NotModelledUses<VtdNotModelled> notModelled) {
        this.translator = translator;
        this.faults = faults;
        this.queue = queue;
        this.notModelled = notModelled;
        this.hasQueue = config.capabilities().hasEcap(VtdCapabilities.QI);
    }

    /** GSTS. */
    int status() {
        return status;
    }

    boolean isTranslating() {
        return (status & VtdRegisters.TE) != 0;
    }

    long rootTable() {
        return rootTable;
    }

    /** RTADDR, which counts from the next SRTP on. */
    void setRootTable(final long value) {
        rootTable = value & RTADDR_BITS;
    }

    long interruptTable() {
        return interruptTable;
    }

    void setInterruptTable(final long value) {
        interruptTable = value & IRTA_BITS;
    }

    /** What software stores to GCMD. */
    void command(final int value) {
        if (((status ^ value) & VtdRegisters.TE) != 0) {
            status ^= VtdRegisters.TE;
            if (!isTranslating()) {
                faults.restart();
            }
        }
        if ((value & VtdRegisters.SRTP) != 0) {
            translator.setRootTable(rootTable);
            status |= VtdRegisters.SRTP;
        }
        if (hasQueue && ((status ^ value) & VtdRegisters.QIE) != 0) {
            status ^= VtdRegisters.QIE;
            queue.setEnabled((status & VtdRegisters.QIE) != 0);
        }
        if ((value & VtdRegisters.SIRTP) != 0) {
            status |= VtdRegisters.SIRTP;
        }
        if ((value & REMAPPING) != 0) {
            notModelled.report(VtdNotModelled.INTERRUPT_REMAPPING);
        }
        if ((value & FAULT_LOG) != 0) {
            notModelled.report(VtdNotModelled.ADVANCED_FAULT_LOG);
        }
    }
}
