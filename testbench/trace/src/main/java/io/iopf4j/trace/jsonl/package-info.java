// SPDX-License-Identifier: Apache-2.0
/** Any trace as JSON Lines: what {@code docs/jsonl.md} describes, written and read. */
package io.iopf4j.trace.jsonl;
