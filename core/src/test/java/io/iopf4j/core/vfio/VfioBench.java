// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.RecordingCore;
import io.iopf4j.core.testing.TestDomain;
import io.iopf4j.core.testing.TestKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** An assigned device over a core that writes down, both sides of its rings at hand. */
final class VfioBench {
    final RecordingCore core;
    final CoreBench driver = new CoreBench();
    final TestKernel kernel = new TestKernel();
    final IommuDevice dev = driver.device("dev");
    final TestDomain nested = driver.domain("nested", DomainType.NESTED);
    final TestDomain paging = driver.domain("paging", DomainType.PAGING);
    final List<String> refusals = new ArrayList<>();
    final VfioPciDevice device;

    VfioBench(final FaultGeneration generation) {
        core = new RecordingCore(generation);
        final FaultObserver observer =
                new FaultObserver() {
                    @Override
                    public void refused(final int cookie, final int code, final int errno) {
                        refusals.add("grpid=" + cookie + " code=" + code + " errno=" + errno);
                    }
                };
        device = VfioPciDevice.open(core, kernel, dev, observer);
        driver.steps.clear();
    }

    static VfioBench attached(final FaultGeneration generation) {
        final VfioBench bench = new VfioBench(generation);
        if (bench.device.attach(bench.nested) != 0) {
            throw new AssertionError("the device could not be attached");
        }
        bench.driver.steps.clear();
        bench.core.calls.clear();
        return bench;
    }

    int report(final IommuFault fault) {
        return core.reportDeviceFault(dev, fault);
    }

    /** Runs the work of the response region. */
    void work() {
        kernel.workqueues.forEach(TestKernel.TestWorkqueue::flush);
    }

    static ByteBuffer word(final int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .flip();
    }

    /** Reads one word of a region. */
    static int wordOf(final VfioRegion region, final int offset) {
        final ByteBuffer buffer = word(0);
        if (region.read(buffer, offset) != Integer.BYTES) {
            throw new AssertionError("could not read at " + offset);
        }
        return buffer.getInt(0);
    }

    /** Writes user space's index; what the write returned. */
    static int writeIndex(final VfioRegion region, final int index) {
        return region.write(word(index), VfioRegion.USER_INDEX);
    }
}
