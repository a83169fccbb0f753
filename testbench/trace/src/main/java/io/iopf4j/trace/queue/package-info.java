// SPDX-License-Identifier: Apache-2.0
/** Dumps of the queues in which IOMMU hardware and its driver talk, binary and in text. */
package io.iopf4j.trace.queue;
