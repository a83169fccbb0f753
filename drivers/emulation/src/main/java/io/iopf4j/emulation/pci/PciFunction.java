// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.hw.PciConfig;
import io.iopf4j.emulation.IommuModel;

/**
 * A PCI function's configuration space: a header of type 0, and a chain of the extended
 * capabilities that it has. An access that is not aligned or lies outside reads as all ones and
 * stores nothing, as of a function that is not there. PCI Express Base Specification, 7.5.1, 7.8.8,
 * 10.5.1 and 10.5.2.
 */
public final class PciFunction implements PciConfig {
    private static final int SPACE_BYTES = 4096;
    private static final int CAPABILITY_BYTES = 16;
    private static final int CAPABILITY_VERSION = 1;
    private static final int VERSION_SHIFT = 16;
    private static final int HALF_BITS = 16;
    private static final int HALF_MASK = 0xffff;
    private static final int NOWHERE = -1;

    private final PciFunctionConfig config;
    private final PriState pri;
    private final int atsAt;
    private final int priAt;
    private final int pasidAt;
    private FunctionOwner owner = FunctionOwner.NONE;
    private int atsControl;
    private int pasidControl;
    private boolean isUnplugged;

    /**
     * A function as it comes out of a reset: everything is off.
     *
     * @param config what its maker chose
     */
    public PciFunction(final PciFunctionConfig config) {
        this.config = config;
        this.pri = config.pri() == null ? null : new PriState(config.pri());
        int next = PciCapability.FIRST;
        atsAt = config.ats() == null ? NOWHERE : next;
        next += config.ats() == null ? 0 : CAPABILITY_BYTES;
        priAt = config.pri() == null ? NOWHERE : next;
        next += config.pri() == null ? 0 : CAPABILITY_BYTES;
        pasidAt = config.pasid() == null ? NOWHERE : next;
    }

    /**
     * What its maker chose.
     *
     * @return the configuration
     */
    public PciFunctionConfig config() {
        return config;
    }

    /** Says whose registers these are. */
    void own(final FunctionOwner device) {
        if (owner != FunctionOwner.NONE) {
            throw new IllegalArgumentException("a function has one device");
        }
        owner = device;
        if (pri != null) {
            pri.own(device);
        }
    }

    /** It is there no more: its registers read as all ones, and ignore stores. */
    void unplug() {
        isUnplugged = true;
    }

    /** The page request interface, or null. */
    PriState pri() {
        return pri;
    }

    boolean isAtsEnabled() {
        return (atsControl & PciCapability.ATS_CTRL_ENABLE) != 0;
    }

    boolean isGlobalInvalidateKnown() {
        return config.ats() != null && config.ats().isGlobalInvalidate();
    }

    boolean isPasidEnabled() {
        return (pasidControl & PciCapability.PASID_CTRL_ENABLE) != 0;
    }

    /** Whether the device may send such a request now. */
    boolean maySend(final int pasid, final int perm) {
        if (pasid == IommuModel.NO_SUBSTREAM) {
            return true;
        }
        return isPasidEnabled()
                && pasid >>> config.pasid().width() == 0
                && ((perm & IommuFault.PERM_EXEC) == 0
                        || (pasidControl & PciCapability.PASID_EXEC) != 0)
                && ((perm & IommuFault.PERM_PRIV) == 0
                        || (pasidControl & PciCapability.PASID_PRIV) != 0);
    }

    // ---- Accesses -------------------------------------------------------------------------------

    @Override
    public int readl(final int offset) {
        if (!isRegister(offset, Integer.BYTES)) {
            return -1;
        }
        if (priAt != NOWHERE && offset == priAt + PciCapability.PRI_CAPACITY) {
            return pri.capacity();
        }
        if (priAt != NOWHERE && offset == priAt + PciCapability.PRI_ALLOCATION) {
            return pri.allocation();
        }
        return half(offset) | (half(offset + Short.BYTES) << HALF_BITS);
    }

    @Override
    public void writel(final int value, final int offset) {
        if (!isRegister(offset, Integer.BYTES)) {
            return;
        }
        if (priAt != NOWHERE && offset == priAt + PciCapability.PRI_ALLOCATION) {
            pri.writeAllocation(value);
            return;
        }
        store(value & HALF_MASK, offset);
        store(value >>> HALF_BITS, offset + Short.BYTES);
    }

    @Override
    public int readw(final int offset) {
        if (!isRegister(offset, Short.BYTES)) {
            return HALF_MASK;
        }
        final int shift = offset % Integer.BYTES * Byte.SIZE;
        return (readl(offset & -Integer.BYTES) >>> shift) & HALF_MASK;
    }

    @Override
    public void writew(final int value, final int offset) {
        if (!isRegister(offset, Short.BYTES)) {
            return;
        }
        final int allocationAt = priAt + PciCapability.PRI_ALLOCATION;
        if (priAt != NOWHERE && (offset & -Integer.BYTES) == allocationAt) {
            final int shift = (offset - allocationAt) * Byte.SIZE;
            pri.writeAllocation(
                    (pri.allocation() & ~(HALF_MASK << shift)) | ((value & HALF_MASK) << shift));
            return;
        }
        store(value & HALF_MASK, offset);
    }

    private boolean isRegister(final int offset, final int bytes) {
        return !isUnplugged && offset >= 0 && offset < SPACE_BYTES && offset % bytes == 0;
    }

    /** Loads 16 bits of anything but the two registers of 32. */
    private int half(final int offset) {
        if (offset == 0) {
            return config.vendorId();
        }
        if (offset == Short.BYTES) {
            return config.deviceId();
        }
        final int capability = offset & -CAPABILITY_BYTES;
        final int register = offset - capability;
        if (offset < PciCapability.FIRST) {
            return 0;
        }
        if (capability == atsAt) {
            return header(PciCapability.ATS, capability, register, ats(register));
        }
        if (capability == priAt) {
            return header(PciCapability.PRI, capability, register, pri(register));
        }
        if (capability == pasidAt) {
            return header(PciCapability.PASID, capability, register, pasid(register));
        }
        return 0;
    }

    private int header(final int id, final int at, final int register, final int body) {
        final int last = Math.max(atsAt, Math.max(priAt, pasidAt));
        final int next = at == last ? 0 : at + CAPABILITY_BYTES;
        final int value =
                id | (CAPABILITY_VERSION << VERSION_SHIFT) | (next << PciCapability.NEXT_SHIFT);
        return switch (register) {
            case 0 -> value & HALF_MASK;
            case Short.BYTES -> value >>> HALF_BITS;
            default -> body;
        };
    }

    private int ats(final int register) {
        return switch (register) {
            case PciCapability.ATS_CAP ->
                    config.ats().queueDepth()
                            | bit(config.ats().isPageAligned(), PciCapability.ATS_CAP_PAGE_ALIGNED)
                            | bit(
                                    config.ats().isGlobalInvalidate(),
                                    PciCapability.ATS_CAP_GLOBAL_INVALIDATE);
            case PciCapability.ATS_CTRL -> atsControl;
            default -> 0;
        };
    }

    private int pri(final int register) {
        return switch (register) {
            case PciCapability.PRI_CTRL -> pri.control();
            case PciCapability.PRI_STATUS -> pri.status();
            default -> 0;
        };
    }

    private int pasid(final int register) {
        return switch (register) {
            case PciCapability.PASID_CAP -> pasidFeatures() | pasidWidth();
            case PciCapability.PASID_CTRL -> pasidControl;
            default -> 0;
        };
    }

    private int pasidFeatures() {
        return bit(config.pasid().isExecute(), PciCapability.PASID_EXEC)
                | bit(config.pasid().isPrivileged(), PciCapability.PASID_PRIV);
    }

    private int pasidWidth() {
        return config.pasid().width() << PciCapability.PASID_CAP_WIDTH_SHIFT;
    }

    private static int bit(final boolean isSet, final int mask) {
        return isSet ? mask : 0;
    }

    private void store(final int value, final int offset) {
        if (atsAt != NOWHERE && offset == atsAt + PciCapability.ATS_CTRL) {
            storeAtsControl(value);
        } else if (priAt != NOWHERE && offset == priAt + PciCapability.PRI_CTRL) {
            pri.writeControl(value);
        } else if (priAt != NOWHERE && offset == priAt + PciCapability.PRI_STATUS) {
            pri.writeStatus(value);
        } else if (pasidAt != NOWHERE
                && offset == pasidAt + PciCapability.PASID_CTRL
                && !isAtsEnabled()) {
            // With ATS on it must not change: what then happens is undefined, here it stays.
            pasidControl = value & (PciCapability.PASID_CTRL_ENABLE | pasidFeatures());
        }
    }

    private void storeAtsControl(final int value) {
        final boolean wasEnabled = isAtsEnabled();
        atsControl = value & (PciCapability.ATS_CTRL_ENABLE | PciCapability.ATS_CTRL_STU_MASK);
        if (wasEnabled && !isAtsEnabled()) {
            owner.translationDisabled();
        }
    }
}
