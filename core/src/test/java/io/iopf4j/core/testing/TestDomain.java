// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import java.util.HashMap;
import java.util.Map;

/** A domain that writes down what it is attached to and refuses the devices that a test names. */
public final class TestDomain extends IommuDomain {
    private final String name;
    private final CoreBench bench;
    private final Map<IommuDevice, Integer> refusals = new HashMap<>();
    private Runnable whileAttaching = () -> {};
    private boolean isFreed;

    TestDomain(final String name, final DomainType type, final CoreBench bench) {
        super(type);
        this.name = name;
        this.bench = bench;
    }

    /** Makes attaching to a device fail with an errno from now on. */
    public void refuse(final IommuDevice dev, final int errno) {
        refusals.put(dev, errno);
    }

    /** Runs something in the middle of each attach, as hardware does that faults meanwhile. */
    public void whileAttaching(final Runnable action) {
        whileAttaching = action;
    }

    public boolean isFreed() {
        return isFreed;
    }

    @Override
    public int attachDev(final IommuDevice dev) {
        whileAttaching.run();
        return record("attach " + name + " " + dev.name(), dev);
    }

    @Override
    public int setDevPasid(final IommuDevice dev, final int pasid) {
        return record("attach " + name + " " + dev.name() + " pasid=" + pasid, dev);
    }

    @Override
    public void free() {
        isFreed = true;
    }

    @Override
    public String toString() {
        return name;
    }

    private int record(final String step, final IommuDevice dev) {
        final int ret = refusals.getOrDefault(dev, 0);
        bench.step(ret == 0 ? step : step + " refused");
        return ret;
    }
}
