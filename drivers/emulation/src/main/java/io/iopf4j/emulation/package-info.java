// SPDX-License-Identifier: Apache-2.0
/** The platform: physical memory, interrupts, endpoints, and the simulated kernel around them. */
package io.iopf4j.emulation;
