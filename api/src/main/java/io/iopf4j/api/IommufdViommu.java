// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import java.util.Arrays;

/**
 * A part of a physical IOMMU that one virtual machine has as its own: {@code struct iommufd_viommu}
 * with its {@code struct iommufd_viommu_ops}, {@code include/linux/iommufd.h} of Linux 6.13. It
 * stands on the stage 2 of the machine's memory; nested domains are made on it, and the guest's
 * invalidations go through it, whether a device is attached or not. A driver extends it.
 *
 * <p>It knows the guest's names of its devices ({@code struct iommufd_vdevice}). Calls are
 * serialised by whoever owns the machine, but for {@link #findDev}, which any thread may call.
 */
public abstract class IommufdViommu {
    private record Vdevice(long virtId, IommuDevice dev) {}

    private static final Vdevice[] NONE = {};
    private static final long MAX_VIRT_ID = 0xffff_ffffL;

    private final IommuDomain parent;
    private volatile Vdevice[] vdevices = NONE;

    /**
     * A viommu without devices.
     *
     * @param parent the stage 2 below everything that is made on it
     */
    protected IommufdViommu(final IommuDomain parent) {
        this.parent = parent;
    }

    /**
     * What it stands on ({@code viommu->hwpt}).
     *
     * @return the stage 2 domain
     */
    public final IommuDomain parent() {
        return parent;
    }

    /**
     * Gives a device the name by which the guest's commands call it ({@code
     * iommufd_vdevice_alloc_ioctl}).
     *
     * @param virtId the guest's name: on SMMUv3 a StreamID
     * @param dev a probed device behind the same IOMMU
     * @return 0; {@code -EINVAL} for a name of more than 32 bits; {@code -EEXIST} if the name is
     *     taken
     */
    public final synchronized int vdeviceAlloc(final long virtId, final IommuDevice dev) {
        if (virtId < 0 || virtId > MAX_VIRT_ID) {
            return -Errno.EINVAL;
        }
        if (findDev(virtId) != null) {
            return -Errno.EEXIST;
        }
        final Vdevice[] more = Arrays.copyOf(vdevices, vdevices.length + 1);
        more[vdevices.length] = new Vdevice(virtId, dev);
        vdevices = more;
        return 0;
    }

    /**
     * Takes a name away ({@code iommufd_vdevice_destroy}): from now on no command of the guest
     * reaches the device by it.
     *
     * @param virtId the name; nothing happens if it is none
     */
    public final synchronized void vdeviceDestroy(final long virtId) {
        vdevices =
                Arrays.stream(vdevices)
                        .filter(vdevice -> vdevice.virtId() != virtId)
                        .toArray(Vdevice[]::new);
    }

    /**
     * The device that the guest means ({@code iommufd_viommu_find_dev}).
     *
     * @param virtId the guest's name
     * @return the device, or null if no device of this machine is called so
     */
    public final IommuDevice findDev(final long virtId) {
        for (final Vdevice vdevice : vdevices) {
            if (vdevice.virtId() == virtId) {
                return vdevice.dev();
            }
        }
        return null;
    }

    /**
     * Makes a domain whose page tables the guest owns ({@code alloc_domain_nested}).
     *
     * @param data the guest's tables in the hardware's own format
     * @return the domain; null if the data are not acceptable ({@code -EIO} in the kernel)
     */
    public abstract IommuDomain allocDomainNested(IommuUserData data);

    /**
     * Invalidates what the IOMMU caches of the guest's tables ({@code cache_invalidate}), by one
     * command in the hardware's own format. The kernel's operation takes an array of them.
     *
     * @param word0 first doubleword of the guest's command
     * @param word1 second doubleword
     * @return 0; {@code -EIO} if the command is not one that a guest may give, or names a device
     *     that is not the machine's; or what issuing it came to
     */
    public abstract int cacheInvalidate(long word0, long word1);

    /** Gives up what the driver holds for it ({@code destroy}); nothing is made on it any more. */
    public void destroy() {}
}
