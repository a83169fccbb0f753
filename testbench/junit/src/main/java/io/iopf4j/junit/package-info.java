// SPDX-License-Identifier: Apache-2.0
/** The JUnit extension; start at {@link io.iopf4j.junit.IommuTestbench}. */
package io.iopf4j.junit;
