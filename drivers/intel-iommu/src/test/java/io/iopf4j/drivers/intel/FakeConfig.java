// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.hw.PciConfig;
import java.util.ArrayList;
import java.util.List;

/** A configuration space that keeps what is written, and records it. */
final class FakeConfig implements PciConfig {
    static final int ATS = 0x100;
    static final int PRI = 0x140;
    static final int PASID = 0x180;

    private final byte[] bytes = new byte[4096];

    /** Stores as {@code offset=value} in hex, in order. */
    final List<String> stores = new ArrayList<>();

    /** A function without extended capabilities. */
    static FakeConfig empty() {
        return new FakeConfig();
    }

    /** A function with all three, stopped, whose responses need PASIDs. */
    static FakeConfig full() {
        final FakeConfig config = new FakeConfig();
        config.put(ATS, PciCapability.ATS | 1 << 16 | PRI << 20, 4);
        config.put(ATS + PciCapability.ATS_CAP, PciCapability.ATS_CAP_PAGE_ALIGNED | 16, 2);
        config.put(PRI, PciCapability.PRI | 1 << 16 | PASID << 20, 4);
        config.put(PRI + PciCapability.PRI_STATUS, 0x8100, 2);
        config.put(PRI + PciCapability.PRI_CAPACITY, 512, 4);
        config.put(PASID, PciCapability.PASID | 1 << 16, 4);
        config.put(PASID + PciCapability.PASID_CAP, 20 << 8 | 6, 2);
        return config;
    }

    void put(final int offset, final int value, final int size) {
        for (int i = 0; i < size; i++) {
            bytes[offset + i] = (byte) (value >>> (8 * i));
        }
    }

    @Override
    public int readl(final int offset) {
        return readw(offset) | readw(offset + 2) << 16;
    }

    @Override
    public void writel(final int value, final int offset) {
        stores.add(Integer.toHexString(offset) + "=" + Integer.toHexString(value));
        put(offset, value, 4);
    }

    @Override
    public int readw(final int offset) {
        return (bytes[offset] & 0xff) | (bytes[offset + 1] & 0xff) << 8;
    }

    @Override
    public void writew(final int value, final int offset) {
        stores.add(Integer.toHexString(offset) + "=" + Integer.toHexString(value & 0xffff));
        put(offset, value, 2);
    }
}
