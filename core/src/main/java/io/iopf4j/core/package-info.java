// SPDX-License-Identifier: Apache-2.0
/** Groups of devices and what is attached to them: the parts of {@code iommu.c} around a fault. */
package io.iopf4j.core;
