// SPDX-License-Identifier: Apache-2.0
/** The kernel's services around a driver and the core: time, interrupts, deferred work, log. */
package io.iopf4j.api.kernel;
