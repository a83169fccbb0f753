// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

/**
 * A fault of a dump that is no page request: the hardware ended the access when it happened.
 *
 * @param timeNs when, in the dump's time
 * @param device whose access it was
 * @param pasid PASID, 0 for none
 * @param perm what it asked for, {@code IommuFault.PERM_} bits, 0 if the dump does not say
 * @param addr I/O virtual address in bytes, 0 if the dump does not say
 * @param reason the hardware's own number for why, 0 if the dump does not say
 * @param source the group of the event that showed it: whose numbers the reason has
 */
public record RecordedFault(
        long timeNs, String device, int pasid, int perm, long addr, int reason, String source) {}
