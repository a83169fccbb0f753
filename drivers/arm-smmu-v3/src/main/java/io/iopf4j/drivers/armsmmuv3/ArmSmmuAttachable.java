// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

/** A domain that keeps a list of where it is attached ({@code to_smmu_domain_devices}). */
interface ArmSmmuAttachable {
    /** Its own list, or for a nested domain that of the stage 2 below. */
    ArmSmmuAttachments attachments();
}
