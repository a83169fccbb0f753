// SPDX-License-Identifier: Apache-2.0
/** Hardware as a driver meets it: registers, shared memory, interrupts, and nothing else. */
package io.iopf4j.api.hw;
