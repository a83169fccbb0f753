// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.api.hw.PciConfig;
import io.iopf4j.api.kernel.Kernel;

/**
 * Address translation services, page requests and PASIDs of a PCI function: {@code
 * drivers/pci/ats.c} of Linux 6.12 with what {@code struct pci_dev} keeps for it. The path between
 * function and root is taken to be fit for PASIDs. Its owner serialises calls.
 */
final class PciFeatures {
    /** Log2 of the smallest unit of translation. */
    private static final int MIN_STU = 12;

    private static final int MAX_QUEUE_DEPTH = 32;
    private static final int PASID_FEATURES = PciCapability.PASID_EXEC | PciCapability.PASID_PRIV;
    private static final int PASID_WIDTH_MASK = 0x1f;
    private static final int MAX_PASID_BITS = 20;

    private final PciConfig config;
    private final PciFeatures physical;
    private final Kernel kernel;
    private final String name;
    private final int ats;
    private final int pri;
    private final int pasid;
    private final boolean responsesNeedPasid;
    private boolean isAtsEnabled;
    private boolean isPriEnabled;
    private boolean isPasidEnabled;
    private int stu;
    private int pageRequests;
    private int pasidFeatures;

    /**
     * Looks what a function has.
     *
     * @param config of the function, or null if it is no PCI function
     * @param physical of a virtual function its physical one, else null
     * @param kernel for warnings
     * @param name of the function
     */
    PciFeatures(
            final PciConfig config,
            final PciFeatures physical,
            final Kernel kernel,
            final String name) {
        this.config = config;
        this.physical = physical;
        this.kernel = kernel;
        this.name = name;
        this.ats = PciCapabilities.find(config, PciCapability.ATS);
        this.pri = PciCapabilities.find(config, PciCapability.PRI);
        this.pasid = PciCapabilities.find(config, PciCapability.PASID);
        this.responsesNeedPasid =
                pri != 0
                        && (config.readw(pri + PciCapability.PRI_STATUS)
                                        & PciCapability.PRI_STATUS_PASID_REQUIRED)
                                != 0;
    }

    // ---- ATS ------------------------------------------------------------------------------------

    /** {@code pci_ats_supported()}. */
    boolean hasAts() {
        return ats != 0;
    }

    /** {@code pci_ats_page_aligned()}. */
    boolean isAtsPageAligned() {
        return ats != 0
                && (config.readw(ats + PciCapability.ATS_CAP) & PciCapability.ATS_CAP_PAGE_ALIGNED)
                        != 0;
    }

    /**
     * Follows {@code pci_ats_queue_depth()}.
     *
     * @return in [1, 32]; 0 for a virtual function, which shares its physical one's; {@code
     *     -EINVAL} without ATS
     */
    int atsQueueDepth() {
        if (ats == 0) {
            return -Errno.EINVAL;
        }
        if (physical != null) {
            return 0;
        }
        final int depth =
                config.readw(ats + PciCapability.ATS_CAP) & PciCapability.ATS_CAP_QUEUE_DEPTH_MASK;
        return depth == 0 ? MAX_QUEUE_DEPTH : depth;
    }

    /**
     * Follows {@code pci_enable_ats()}.
     *
     * @param pageShift log2 of the smallest unit of translation, at least 12
     * @return 0; {@code -EINVAL} without ATS, for a smaller unit, or for another than the physical
     *     function's; {@code -EBUSY} if it is on
     */
    int enableAts(final int pageShift) {
        if (ats == 0) {
            return -Errno.EINVAL;
        }
        if (isAtsEnabled) {
            return busy("ATS");
        }
        if (pageShift < MIN_STU || (physical != null && physical.stu != pageShift)) {
            return -Errno.EINVAL;
        }
        stu = pageShift;
        config.writew(
                PciCapability.ATS_CTRL_ENABLE | pageShift - MIN_STU, ats + PciCapability.ATS_CTRL);
        isAtsEnabled = true;
        return 0;
    }

    /** {@code pci_disable_ats()}. */
    void disableAts() {
        if (!isAtsEnabled) {
            notOn("ATS");
            return;
        }
        final int control = config.readw(ats + PciCapability.ATS_CTRL);
        config.writew(control & ~PciCapability.ATS_CTRL_ENABLE, ats + PciCapability.ATS_CTRL);
        isAtsEnabled = false;
    }

    boolean isAtsEnabled() {
        return isAtsEnabled;
    }

    // ---- PRI ------------------------------------------------------------------------------------

    /** {@code pci_pri_supported()}: a virtual function has its physical one's. */
    boolean hasPri() {
        return physical == null ? pri != 0 : physical.hasPri();
    }

    /** {@code pci_prg_resp_pasid_required()}, as it was when the function was found. */
    boolean responsesNeedPasid() {
        return physical == null ? responsesNeedPasid : physical.responsesNeedPasid();
    }

    /**
     * Follows {@code pci_enable_pri()}.
     *
     * @param requests how many may be outstanding, at least 1; what the function can counts if it
     *     is less
     * @return 0; {@code -EINVAL} without PRI, or for a virtual function whose physical one's is
     *     off; {@code -EBUSY} if it is on, or has not stopped since it was, and nothing was written
     */
    int enablePri(final int requests) {
        if (physical != null) {
            return physical.isPriEnabled ? 0 : -Errno.EINVAL;
        }
        if (isPriEnabled) {
            return busy("PRI");
        }
        if (pri == 0) {
            return -Errno.EINVAL;
        }
        if ((config.readw(pri + PciCapability.PRI_STATUS) & PciCapability.PRI_STATUS_STOPPED)
                == 0) {
            return -Errno.EBUSY;
        }
        final int capacity = config.readl(pri + PciCapability.PRI_CAPACITY);
        pageRequests = Integer.compareUnsigned(capacity, requests) < 0 ? capacity : requests;
        config.writel(pageRequests, pri + PciCapability.PRI_ALLOCATION);
        config.writew(PciCapability.PRI_CTRL_ENABLE, pri + PciCapability.PRI_CTRL);
        isPriEnabled = true;
        return 0;
    }

    /** {@code pci_disable_pri()}: does not wait until the function has stopped. */
    void disablePri() {
        if (physical != null) {
            return;
        }
        if (!isPriEnabled) {
            notOn("PRI");
            return;
        }
        final int control = config.readw(pri + PciCapability.PRI_CTRL);
        config.writew(control & ~PciCapability.PRI_CTRL_ENABLE, pri + PciCapability.PRI_CTRL);
        isPriEnabled = false;
    }

    /**
     * Follows {@code pci_reset_pri()}.
     *
     * @return 0; {@code -EINVAL} without PRI; {@code -EBUSY} if it is on
     */
    int resetPri() {
        if (physical != null) {
            return 0;
        }
        if (isPriEnabled) {
            return busy("PRI");
        }
        if (pri == 0) {
            return -Errno.EINVAL;
        }
        config.writew(PciCapability.PRI_CTRL_RESET, pri + PciCapability.PRI_CTRL);
        return 0;
    }

    boolean isPriEnabled() {
        return physical == null ? isPriEnabled : physical.isPriEnabled;
    }

    // ---- PASID ----------------------------------------------------------------------------------

    /**
     * Follows {@code pci_pasid_features()}.
     *
     * @return {@code PASID_EXEC} and {@code PASID_PRIV} of {@link PciCapability}; {@code -EINVAL}
     *     without PASIDs
     */
    int pasidFeatures() {
        if (physical != null) {
            return physical.pasidFeatures();
        }
        return pasid == 0
                ? -Errno.EINVAL
                : config.readw(pasid + PciCapability.PASID_CAP) & PASID_FEATURES;
    }

    /**
     * Follows {@code pci_max_pasids()}.
     *
     * @return one more than the greatest PASID; {@code -EINVAL} without PASIDs
     */
    int maxPasids() {
        if (physical != null) {
            return physical.maxPasids();
        }
        if (pasid == 0) {
            return -Errno.EINVAL;
        }
        final int width =
                (config.readw(pasid + PciCapability.PASID_CAP)
                                >>> PciCapability.PASID_CAP_WIDTH_SHIFT)
                        & PASID_WIDTH_MASK;
        return 1 << Math.min(width, MAX_PASID_BITS);
    }

    /**
     * Follows {@code pci_enable_pasid()}.
     *
     * @param features of {@link #pasidFeatures}
     * @return 0; {@code -EINVAL} without PASIDs, for a feature that the function lacks, or for a
     *     virtual function whose physical one's are off; {@code -EBUSY} if they are on
     */
    int enablePasid(final int features) {
        if (physical != null) {
            return physical.isPasidEnabled ? 0 : -Errno.EINVAL;
        }
        if (isPasidEnabled) {
            return busy("PASID");
        }
        if (pasid == 0 || (pasidFeatures() & features) != features) {
            return -Errno.EINVAL;
        }
        pasidFeatures = features;
        config.writew(PciCapability.PASID_CTRL_ENABLE | features, pasid + PciCapability.PASID_CTRL);
        isPasidEnabled = true;
        return 0;
    }

    /** {@code pci_disable_pasid()}. */
    void disablePasid() {
        if (physical != null) {
            return;
        }
        if (!isPasidEnabled) {
            notOn("PASID");
            return;
        }
        config.writew(0, pasid + PciCapability.PASID_CTRL);
        isPasidEnabled = false;
    }

    boolean isPasidEnabled() {
        return physical == null ? isPasidEnabled : physical.isPasidEnabled;
    }

    // ---- After a reset --------------------------------------------------------------------------

    /** Writes again what a reset of the function lost: {@code pci_restore_pri_state()} etc. */
    void restore() {
        if (isPasidEnabled) {
            config.writew(
                    PciCapability.PASID_CTRL_ENABLE | pasidFeatures,
                    pasid + PciCapability.PASID_CTRL);
        }
        if (isPriEnabled) {
            config.writel(pageRequests, pri + PciCapability.PRI_ALLOCATION);
            config.writew(PciCapability.PRI_CTRL_ENABLE, pri + PciCapability.PRI_CTRL);
        }
        if (isAtsEnabled) {
            config.writew(
                    PciCapability.ATS_CTRL_ENABLE | stu - MIN_STU, ats + PciCapability.ATS_CTRL);
        }
    }

    private int busy(final String what) {
        kernel.log().warn(name, what + " is on already");
        return -Errno.EBUSY;
    }

    private void notOn(final String what) {
        kernel.log().warn(name, what + " is not on");
    }
}
