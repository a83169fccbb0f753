// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.core.iopf.FailSlab;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What C under test calls in Java: the kernel's services of one library. The bridge knows these
 * methods by name. An exception that one throws ends the call into the library.
 */
class KernelServices {
    private static final int ERR = 0;
    private static final int WARN = 1;

    /** What {@link DmaMemory#map} can show. */
    private static final long MOST_DMA = Integer.MAX_VALUE;

    private final FailSlab failSlab;
    private final Timers timers = new Timers();
    private final Works works = new Works();
    private final List<Mmio> windows = new ArrayList<>();
    private final List<InterruptLine> lines = new ArrayList<>();
    private final List<DmaMemory> memories = new ArrayList<>();
    private String lastError;
    private DmaAllocator dma;
    private Kernel kernel;
    private long library;

    /** Of a kernel that {@link #start} names; {@code failSlab} decides which allocations fail. */
    KernelServices(final FailSlab failSlab) {
        this.failSlab = failSlab;
    }

    /** Says whose services these are. */
    final void serve(final long itsLibrary) {
        library = itsLibrary;
        timers.serve(itsLibrary);
        works.serve(itsLibrary);
    }

    /** Says what serves; before the library is called. */
    final void start(final Kernel itsKernel) {
        kernel = itsKernel;
        timers.start(itsKernel);
        works.start(itsKernel);
    }

    /** Cancels all that would call into the library later. */
    final void end() {
        library = 0;
        timers.end();
        works.end();
    }

    /** Says something of the library itself, if there is anybody to hear. */
    final void warn(final String name, final String text) {
        if (kernel != null) {
            kernel.log().warn(name, text);
        }
    }

    /** Why a function of the library gave an errno: that, and what it said last to the log. */
    final String why(final int errno) {
        return lastError == null
                ? Errno.nameOf(errno)
                : lastError + " (" + Errno.nameOf(errno) + ")";
    }

    final FailSlab failSlab() {
        return failSlab;
    }

    // ---- Time and log ---------------------------------------------------------------------------

    final long nowNs() {
        return kernel.nowNs();
    }

    final void udelay(final long microseconds) {
        kernel.udelay(microseconds);
    }

    final void log(final int level, final String who, final String text) {
        switch (level) {
            case ERR -> {
                lastError = text;
                kernel.log().err(who, text);
            }
            case WARN -> kernel.log().warn(who, text);
            default -> kernel.log().info(who, text);
        }
    }

    boolean allocFails() {
        return failSlab.fails();
    }

    // ---- Timers and work ------------------------------------------------------------------------

    final int timerArm(final int id, final long timer, final long timeNs) {
        return timers.arm(id, timer, timeNs);
    }

    final void timerCancel(final int id) {
        timers.cancel(id);
    }

    final Workqueue queue(final int id) {
        return works.queue(id);
    }

    int workqueueAlloc(final String name) {
        return works.allocQueue(name);
    }

    final void workQueue(final int queue, final long work) {
        works.queue(queue, work);
    }

    final void workqueueFlush(final int queue) {
        works.flush(queue);
    }

    final void workqueueDestroy(final int queue) {
        works.destroy(queue);
    }

    // ---- Hardware -------------------------------------------------------------------------------

    /** Adds a register window; its number in an {@code __iomem} pointer. */
    final int addWindow(final Mmio mmio) {
        windows.add(mmio);
        return windows.size() - 1;
    }

    private Mmio window(final int number) {
        if (number >= windows.size()) {
            throw new NativeCodeException("there is no register window " + number);
        }
        return windows.get(number);
    }

    final int readl(final int window, final long offset) {
        return window(window).readl(offset);
    }

    final void writel(final int window, final long offset, final int value) {
        window(window).writel(value, offset);
    }

    final long readq(final int window, final long offset) {
        return window(window).readq(offset);
    }

    final void writeq(final int window, final long offset, final long value) {
        window(window).writeq(value, offset);
    }

    /** Adds an interrupt; its number for {@code request_threaded_irq()}. */
    final int addInterrupt(final InterruptLine line) {
        lines.add(line);
        return lines.size() - 1;
    }

    final int irqRequest(
            final int irq, final long action, final boolean hasHandler, final boolean hasThread) {
        if (irq < 0 || irq >= lines.size()) {
            return -Errno.EINVAL;
        }
        return kernel.requestThreadedIrq(
                lines.get(irq),
                hasHandler ? () -> library != 0 && Bridge.irqHandler(library, action) : null,
                hasThread ? () -> runThread(action) : null);
    }

    private void runThread(final long action) {
        if (library != 0) {
            Bridge.irqThread(library, action);
        }
    }

    private InterruptLine line(final int irq) {
        if (irq < 0 || irq >= lines.size()) {
            throw new NativeCodeException("there is no interrupt " + irq);
        }
        return lines.get(irq);
    }

    final void irqFree(final int irq) {
        kernel.freeIrq(line(irq));
    }

    final void irqSynchronize(final int irq) {
        kernel.synchronizeIrq(line(irq));
    }

    /** Says where DMA memory comes from. */
    final void setDma(final DmaAllocator allocator) {
        dma = allocator;
    }

    /** Allocates DMA memory; its number, or -1 without memory. */
    final int dmaAlloc(final long bytes) {
        final DmaMemory memory =
                dma == null || bytes < 1 || bytes > MOST_DMA ? null : dma.allocCoherent(bytes);
        if (memory == null) {
            return -1;
        }
        final int freed = memories.indexOf(null);
        if (freed >= 0) {
            memories.set(freed, memory);
            return freed;
        }
        memories.add(memory);
        return memories.size() - 1;
    }

    final ByteBuffer dmaBuffer(final int memory) {
        return memories.get(memory).map();
    }

    final long dmaAddress(final int memory) {
        return memories.get(memory).dmaAddress();
    }

    final void dmaFree(final int memory) {
        dma.freeCoherent(memories.set(memory, null));
    }

    // ---- What only a policy, only a fault core, or only a driver calls --------------------------

    void setQuota(final boolean isVm, final int index, final int groups) {
        throw noPolicy();
    }

    void setDisabled(final boolean isVm, final int index, final boolean isDisabled) {
        throw noPolicy();
    }

    private static NativeCodeException noPolicy() {
        return new NativeCodeException("only a policy has accounts");
    }

    long attachHandle(final int device, final int pasid) {
        throw noCore();
    }

    void addFault(
            final int type,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr,
            final long private0,
            final long private1) {
        throw noCore();
    }

    int deliver(final int device, final int handle, final long group, final int count) {
        throw noCore();
    }

    void pageResponse(
            final int device,
            final long evt,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr,
            final int answerPasid,
            final int answerGrpid,
            final int code) {
        throw noCore();
    }

    long findMaster(final int sid) {
        throw noDriver();
    }

    int issueCommand(final long word0, final long word1) {
        throw noDriver();
    }

    int reportFault(
            final int device,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr) {
        throw noDriver();
    }

    private static NativeCodeException noDriver() {
        return new NativeCodeException("only a driver's fault path has an SMMU");
    }

    private static NativeCodeException noCore() {
        return new NativeCodeException("only a fault core has attachments and groups");
    }
}
