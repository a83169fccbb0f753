// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

/**
 * What became of a dump's faults that are no page requests.
 *
 * @param raised accesses that were issued, one for each such fault
 * @param recorded those of which the hardware left a record; the rest found no room for one
 * @param asRecorded those of which it says the same reason as the dump, where the dump says one
 */
public record Unrecoverable(long raised, long recorded, long asRecorded) {}
