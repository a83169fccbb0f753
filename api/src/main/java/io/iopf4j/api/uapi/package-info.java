// SPDX-License-Identifier: Apache-2.0
/**
 * Structures that cross the kernel's boundary, byte by byte, one class for each layout. All are
 * little-endian, of the LP64 layout. Numbers are offsets from the first byte of the structure.
 *
 * <p>A codec works in place at an absolute offset of a {@code ByteBuffer}: it neither looks at nor
 * moves position and mark, takes the limit as the end of the memory, and allocates nothing. {@code
 * encode} is for whoever owns the buffer, and throws {@link IndexOutOfBoundsException} where it has
 * no room or {@link java.nio.ReadOnlyBufferException}. {@code decode} takes what a stranger wrote:
 * it never throws for its contents or its length, but returns 0 or the negative errno that the
 * kernel gives; then nothing was changed. {@code -EFAULT} is memory that ends too early. In memory
 * types and flags are numbered as in 5.x; each codec renumbers.
 *
 * <p>Stateless; a buffer belongs to one thread during a call.
 */
package io.iopf4j.api.uapi;
