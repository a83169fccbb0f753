// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

/** One answer as it reached the driver. */
public record Answer(String device, int pasid, int grpid, int code) {}
