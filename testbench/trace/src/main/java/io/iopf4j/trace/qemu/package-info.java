// SPDX-License-Identifier: Apache-2.0
/** What QEMU traces of its own IOMMUs, as lines of its log and in its simple trace format. */
package io.iopf4j.trace.qemu;
