// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.api.hw.Mmio;

/**
 * Registers at a physical address.
 *
 * @param base physical address of the first byte, a multiple of 4 KiB
 * @param registers what is there
 * @param wordBytes the widest access that every register takes, 4 or 8: what a block is split into
 */
public record Window(long base, Mmio registers, int wordBytes) {}
