// SPDX-License-Identifier: Apache-2.0
/** What the readers of all formats share: how they are told apart, opened and counted. */
package io.iopf4j.trace.input;
