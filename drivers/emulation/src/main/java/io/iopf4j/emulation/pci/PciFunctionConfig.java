// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

/**
 * What the maker of a PCI function chooses. A capability that is null is not there.
 *
 * @param vendorId 16 bits
 * @param deviceId 16 bits
 * @param ats address translation services, or null
 * @param pri page request interface, or null; only with ATS
 * @param pasid process address space ids, or null
 * @param cachedTranslations translations that the device caches: 0 for none, else a power of two in
 *     [2, 65536]
 * @param retryDelayNs virtual time from an answer that brought too little to the next request, at
 *     least 1
 * @param isStreaming asks for each page on its own, as until revision 3 of VT-d, instead of in
 *     groups
 */
public record PciFunctionConfig(
        int vendorId,
        int deviceId,
        Ats ats,
        Pri pri,
        Pasid pasid,
        int cachedTranslations,
        long retryDelayNs,
        boolean isStreaming) {
    /** How long a device waits before it asks again, unless it is told otherwise. */
    public static final long DEFAULT_RETRY_DELAY_NS = 10_000;

    private static final int ID_LIMIT = 0xffff;
    private static final int MOST_CACHED = 1 << 16;

    /**
     * Address translation services. PCI Express Base Specification, 10.5.1.
     *
     * @param queueDepth invalidations that it can hold, in [0, 31]; 0 means 32
     * @param isPageAligned its requests are for whole pages
     * @param isGlobalInvalidate it knows invalidations of every PASID at once
     */
    public record Ats(int queueDepth, boolean isPageAligned, boolean isGlobalInvalidate) {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if the depth is out of range
         */
        public Ats {
            check("queueDepth", queueDepth, 0, 31);
        }
    }

    /**
     * Page request interface. PCI Express Base Specification, 10.5.2.
     *
     * @param capacity most page requests outstanding, at least 1
     * @param isPasidRequired an answer must have the PASID of the request
     */
    public record Pri(int capacity, boolean isPasidRequired) {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if the capacity is out of range
         */
        public Pri {
            check("capacity", capacity, 1, Integer.MAX_VALUE);
        }
    }

    /**
     * Process address space ids. PCI Express Base Specification, 7.8.8.
     *
     * @param width bits of a PASID, in [0, 20]
     * @param isExecute it may ask to execute
     * @param isPrivileged it may ask with privilege
     */
    public record Pasid(int width, boolean isExecute, boolean isPrivileged) {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if the width is out of range
         */
        public Pasid {
            check("width", width, 0, 20);
        }
    }

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a value is out of range, or there is PRI without ATS
     */
    public PciFunctionConfig {
        check("vendorId", vendorId, 0, ID_LIMIT);
        check("deviceId", deviceId, 0, ID_LIMIT);
        check("cachedTranslations", cachedTranslations, 0, MOST_CACHED);
        if (cachedTranslations == 1 || Integer.bitCount(cachedTranslations) > 1) {
            throw new IllegalArgumentException(
                    "cachedTranslations is 0 or a power of two from 2: " + cachedTranslations);
        }
        if (retryDelayNs < 1) {
            throw new IllegalArgumentException("retryDelayNs is at least 1: " + retryDelayNs);
        }
        if (pri != null && ats == null) {
            throw new IllegalArgumentException("PRI needs ATS");
        }
    }

    /**
     * A function with every capability: 32 invalidations, 512 page requests, 20 bits of PASID; it
     * caches no translation.
     *
     * @return the configuration
     */
    public static PciFunctionConfig roomy() {
        return new PciFunctionConfig(
                0x1af4,
                0x10f4,
                new Ats(0, true, true),
                new Pri(512, true),
                new Pasid(20, true, true),
                0,
                DEFAULT_RETRY_DELAY_NS,
                false);
    }

    /**
     * The same with other translation services.
     *
     * @param other ATS, or null for none
     * @return a new configuration
     */
    public PciFunctionConfig withAts(final Ats other) {
        return new PciFunctionConfig(
                vendorId,
                deviceId,
                other,
                pri,
                pasid,
                cachedTranslations,
                retryDelayNs,
                isStreaming);
    }

    /**
     * The same with another page request interface.
     *
     * @param other PRI, or null for none
     * @return a new configuration
     */
    public PciFunctionConfig withPri(final Pri other) {
        return new PciFunctionConfig(
                vendorId,
                deviceId,
                ats,
                other,
                pasid,
                cachedTranslations,
                retryDelayNs,
                isStreaming);
    }

    /**
     * The same with other PASIDs.
     *
     * @param other PASIDs, or null for none
     * @return a new configuration
     */
    public PciFunctionConfig withPasid(final Pasid other) {
        return new PciFunctionConfig(
                vendorId, deviceId, ats, pri, other, cachedTranslations, retryDelayNs, isStreaming);
    }

    /**
     * The same with another cache of translations.
     *
     * @param translations how many
     * @return a new configuration
     */
    public PciFunctionConfig withCachedTranslations(final int translations) {
        return new PciFunctionConfig(
                vendorId, deviceId, ats, pri, pasid, translations, retryDelayNs, isStreaming);
    }

    /**
     * The same with another delay.
     *
     * @param delayNs virtual nanoseconds
     * @return a new configuration
     */
    public PciFunctionConfig withRetryDelayNs(final long delayNs) {
        return new PciFunctionConfig(
                vendorId, deviceId, ats, pri, pasid, cachedTranslations, delayNs, isStreaming);
    }

    /**
     * The same, asking for each page on its own.
     *
     * @return a new configuration
     */
    public PciFunctionConfig streaming() {
        return new PciFunctionConfig(
                vendorId, deviceId, ats, pri, pasid, cachedTranslations, retryDelayNs, true);
    }

    private static void check(final String name, final int value, final int low, final int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(
                    name + " is not in [" + low + ", " + high + "]: " + value);
        }
    }
}
