// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.trace.TraceFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SpoolTest {
    @Test
    void shouldBoundWhatGoesToTheTemporaryFile() {
        final IOException e =
                assertThrows(
                        TraceFormatException.class,
                        () -> Spool.file("pipe", new ByteArrayInputStream(new byte[100]), 99));
        assertEquals("pipe: at offset 99: expected at most 99 bytes, found more", e.getMessage());
    }
}
