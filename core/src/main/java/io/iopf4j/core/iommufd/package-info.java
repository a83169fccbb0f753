// SPDX-License-Identifier: Apache-2.0
/** The consumer for virtual machines: iommufd's fault queue, page tables and attachments. */
package io.iopf4j.core.iommufd;
