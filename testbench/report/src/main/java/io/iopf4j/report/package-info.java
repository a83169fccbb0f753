// SPDX-License-Identifier: Apache-2.0
/** A run's faults for people to look at. */
package io.iopf4j.report;
