// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * A guest's PASID table that the host is to use: {@code struct pasid_table_config} of the 2017 and
 * 2018 series. Mutable and reused; whoever is handed one reads it during the call and keeps nothing
 * of it. Not thread-safe.
 */
public final class PasidTableConfig {
    /** The only version ({@code PASID_TABLE_CFG_VERSION}, 2018 {@code …_VERSION_1}). */
    public static final int VERSION = 1;

    private int version;
    private int bytes;
    private long basePtr;
    private int pasidBits;

    /** An empty configuration, to be filled by {@link #set}. */
    public PasidTableConfig() {}

    /**
     * Fills it. Neither series ever looked at version and size.
     *
     * @param version {@link #VERSION}, or whatever number somebody sent
     * @param bytes size of the structure that somebody sent, unsigned
     * @param basePtr where the table is: a guest physical address in bytes
     * @param pasidBits width of the guest's PASIDs, in [0, 255]
     * @return this
     */
    public PasidTableConfig set(
            final int version, final int bytes, final long basePtr, final int pasidBits) {
        this.version = version;
        this.bytes = bytes;
        this.basePtr = basePtr;
        this.pasidBits = pasidBits;
        return this;
    }

    /**
     * Version.
     *
     * @return {@link #VERSION}, or whatever number somebody sent
     */
    public int version() {
        return version;
    }

    /**
     * Size of the structure that somebody sent.
     *
     * @return bytes, unsigned
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Where the table is.
     *
     * @return a guest physical address in bytes
     */
    public long basePtr() {
        return basePtr;
    }

    /**
     * Width of the guest's PASIDs.
     *
     * @return bits, in [0, 255]
     */
    public int pasidBits() {
        return pasidBits;
    }

    @Override
    public String toString() {
        return String.format(
                "PasidTableConfig[version=%d bytes=%d basePtr=0x%x pasidBits=%d]",
                version, bytes, basePtr, pasidBits);
    }
}
