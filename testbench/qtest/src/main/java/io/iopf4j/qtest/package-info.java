// SPDX-License-Identifier: Apache-2.0
/**
 * QEMU's qtest protocol over one of our hardware models: {@link io.iopf4j.qtest.QtestSession} reads
 * commands and answers them, {@link io.iopf4j.qtest.Machine} is what they act on, {@link
 * io.iopf4j.qtest.EndpointBlock} is the client's hand on the bus. {@code docs/qtest.md} is the
 * client's side of it.
 */
package io.iopf4j.qtest;
