// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.ResponseOrigin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Writes down what an observer is told, but for deliveries and reads, which consumers see. */
public class Notebook implements FaultObserver {
    /** Each as a few words, in order. */
    public final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    /** How many lines begin with some words. */
    public long count(final String start) {
        return lines.stream().filter(line -> line.startsWith(start)).count();
    }

    @Override
    public void reported(final IommuDevice dev, final IommuFault fault) {
        lines.add("reported " + dev.name() + " " + fault.grpid());
    }

    @Override
    public void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int code,
            final ResponseOrigin origin) {
        lines.add("responding " + dev.name() + " " + lastFault.grpid() + " " + origin);
    }

    @Override
    public void refused(final int cookie, final int code, final int errno) {
        lines.add("refused " + cookie + " code " + code + " " + Errno.nameOf(errno));
    }

    @Override
    public void partialDropped(final IommuDevice dev, final IommuFault fault) {
        lines.add("dropped " + dev.name() + " " + fault.grpid());
    }
}
