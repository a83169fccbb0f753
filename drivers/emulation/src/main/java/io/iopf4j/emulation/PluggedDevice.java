// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** A device that can be reset, or pulled out of its slot, while accesses of it are under way. */
public interface PluggedDevice {
    /**
     * A function-level reset, with its registers restored as whoever resets restores them: the
     * device forgets what it has in flight. What the IOMMU still does about that goes on without
     * it, and ends as it would; the device ignores it.
     */
    void reset();

    /**
     * The device is gone, and nobody was told. As after {@link #reset}, what it had in flight ends
     * without it; it issues nothing any more, its registers read as all ones. Again it does
     * nothing.
     */
    void unplug();

    /**
     * Whether it is gone.
     *
     * @return after {@link #unplug}
     */
    boolean isUnplugged();

    /**
     * Accesses that it has forgotten and the IOMMU has not ended.
     *
     * @return a count
     */
    int forgotten();
}
