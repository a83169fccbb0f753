// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of error numbers, as they appear in messages; the numbers are Linux's generic ones. */
class ErrnoTest {
    @ParameterizedTest
    @CsvSource({
        "2, ENOENT",
        "5, EIO",
        "6, ENXIO",
        "7, E2BIG",
        "12, ENOMEM",
        "14, EFAULT",
        "16, EBUSY",
        "17, EEXIST",
        "19, ENODEV",
        "22, EINVAL",
        "28, ENOSPC",
        "29, ESPIPE",
        "34, ERANGE",
        "38, ENOSYS",
        "75, EOVERFLOW",
        "95, EOPNOTSUPP",
        "110, ETIMEDOUT"
    })
    void shouldNameNumberWithItsSign(final int errno, final String name) {
        assertEquals(name, Errno.nameOf(errno));
        assertEquals("-" + name, Errno.nameOf(-errno));
    }

    @Test
    void shouldShowNumberThatHasNoName() {
        assertEquals("0", Errno.nameOf(0));
        assertEquals("-999", Errno.nameOf(-999));
        assertEquals("8", Errno.nameOf(8));
        assertEquals("-2147483648", Errno.nameOf(Integer.MIN_VALUE));
    }
}
