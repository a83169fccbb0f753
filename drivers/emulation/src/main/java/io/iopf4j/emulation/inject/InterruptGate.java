// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.emulation.WiredInterrupt;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The kernel's services with something in front of each claimed interrupt: whether it comes through
 * now. The line itself stays what it is, since the kernel below knows its lines.
 */
abstract class InterruptGate extends ForwardingKernel {
    private final Map<InterruptLine, Line> lines = new LinkedHashMap<>();

    InterruptGate(final Kernel given) {
        super(given);
    }

    /** Whether an interrupt that is raised reaches its handler now. */
    abstract boolean passes(Line line);

    @Override
    public final int requestThreadedIrq(
            final InterruptLine line, final IrqHandler handler, final Runnable thread) {
        final Line gated = newLine((WiredInterrupt) line, handler);
        final int ret = super.requestThreadedIrq(line, gated, thread);
        if (ret == 0) {
            lines.put(line, gated);
        }
        return ret;
    }

    Line newLine(final WiredInterrupt wire, final IrqHandler handler) {
        return new Line(wire, handler);
    }

    @Override
    public final void freeIrq(final InterruptLine line) {
        final Line gated = lines.remove(line);
        if (gated != null) {
            gated.freed();
        }
        super.freeIrq(line);
    }

    @Override
    public final void synchronizeIrq(final InterruptLine line) {
        final Line gated = lines.get(line);
        if (gated != null) {
            gated.synchronizing();
        }
        super.synchronizeIrq(line);
    }

    /** Claimed lines, in the order in which they were claimed. */
    final Iterable<Line> lines() {
        return lines.values();
    }

    final int lineCount() {
        return lines.size();
    }

    /** A claimed line. */
    class Line implements IrqHandler {
        private final WiredInterrupt wire;
        private final IrqHandler handler;
        private boolean isRaisedHere;

        Line(final WiredInterrupt wire, final IrqHandler handler) {
            this.wire = wire;
            this.handler = handler;
        }

        @Override
        public boolean handle() {
            if (!isRaisedHere && !passes(this)) {
                return false;
            }
            return handler == null || handler.handle();
        }

        /** Raises it, past this gate. */
        final void raise() {
            isRaisedHere = true;
            wire.pulse();
            isRaisedHere = false;
        }

        /** It is about to be given up. */
        void freed() {}

        /** Somebody waits until what it has set off is done. */
        void synchronizing() {}
    }
}
