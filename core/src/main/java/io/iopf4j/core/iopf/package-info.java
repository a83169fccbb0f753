// SPDX-License-Identifier: Apache-2.0
/** What the core keeps of faults: pending groups, partial groups, the parameters of a device. */
package io.iopf4j.core.iopf;
