// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.kernel.Workqueue;
import io.iopf4j.api.uapi.IommuPageResponse5x;
import io.iopf4j.api.uapi.PageResponseMsg2017;
import io.iopf4j.api.uapi.PageResponseMsg2018;
import java.util.function.Supplier;

/**
 * A guest's answers on their way to the core: the {@code DMA_FAULT_RESPONSE} region of Eric Auger's
 * series (v8 to v13). The guest puts entries into the mapped ring and writes the head; that queues
 * work, which answers each entry and moves the tail. The work is queued once at a time however
 * often the head is written.
 *
 * <p>Header: head (producer, user space) at 0, tail (consumer, kernel) at 16. An entry is what the
 * generation answers by, and the header's entry size says how long it is: {@link
 * PageResponseMsg2017} (24 bytes), {@link PageResponseMsg2018} (32), {@link IommuPageResponse5x}
 * (24). The first has 9 bits of group id: an answer to a stall of SMMUv3 whose tag has more names
 * another stall.
 *
 * <p>Thread-safe. The ring's lock is held while the core is called, as the kernel's is.
 */
public final class VfioResponseRegion extends VfioRegion {
    private final IommuCore core;
    private final IommuDevice dev;
    private final Supplier<IommuDomain> domain;
    private final VfioRecords records;
    private final ResponseTypes types;
    private final FaultObserver observer;
    private final Workqueue workqueue;
    private final Runnable work = this::inject;
    private final IommuPageResponse msg = new IommuPageResponse();
    private boolean isQueued;
    private volatile boolean isTypeChecked;

    VfioResponseRegion(
            final IommuCore core,
            final IommuDevice dev,
            final Supplier<IommuDomain> domain,
            final VfioRecords records,
            final ResponseTypes types,
            final FaultObserver observer,
            final Workqueue workqueue,
            final boolean isUniprocessor) {
        super(records.responseBytes(), isUniprocessor);
        this.core = core;
        this.dev = dev;
        this.domain = domain;
        this.records = records;
        this.types = types;
        this.observer = observer;
        this.workqueue = workqueue;
        this.isTypeChecked = records.haveResponseTypes();
    }

    @Override
    public int subtype() {
        return VfioUapi.REGION_SUBTYPE_DMA_FAULT_RESPONSE;
    }

    @Override
    public int capabilityId() {
        return VfioUapi.REGION_INFO_CAP_DMA_FAULT_RESPONSE;
    }

    /**
     * Whether an answer of another type than its fault asked for is refused here, with {@code
     * -EINVAL} to the observer and nothing to the core. Ours: the 2017 series forwarded it. On to
     * begin with in {@link FaultGeneration#SERIES_2017}; without effect elsewhere, where there are
     * no types.
     *
     * @param isChecked false to see what the series did
     */
    public void setTypeChecked(final boolean isChecked) {
        isTypeChecked = isChecked && records.haveResponseTypes();
    }

    @Override
    void userIndexWritten() {
        if (!isQueued) {
            isQueued = true;
            workqueue.queueWork(work);
        }
    }

    private void inject() {
        if (isUniprocessor()) {
            injectAll();
        } else {
            synchronized (lock()) {
                injectAll();
            }
        }
    }

    /** Each entry is decoded once, so that a guest cannot change it between two looks. */
    private void injectAll() {
        isQueued = false;
        while (kernelIndex() != userIndex()) {
            final int tail = kernelIndex();
            records.decodeResponse(memory(), entryAt(tail), msg);
            answer();
            setKernelIndex(next(tail));
        }
    }

    private void answer() {
        final int grpid = msg.grpid();
        if (isTypeChecked && !types.answered(grpid, msg.type())) {
            observer.refused(grpid, msg.code(), -Errno.EINVAL);
            return;
        }
        // Upstream marks it to do that nobody hears of a refusal; the core tells its observer.
        core.pageResponse(domain.get(), dev, msg);
    }

    /** Refuses further kicks, answers what was kicked, gives the work queue up. */
    void release() {
        free();
        workqueue.destroy();
    }

    VfioRecords records() {
        return records;
    }
}
