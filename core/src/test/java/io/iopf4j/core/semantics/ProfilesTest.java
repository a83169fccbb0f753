// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.TestKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles by their words, from outside too. */
class ProfilesTest {
    @OnEveryProfile
    void shouldGiveWhatShips(final Semantics semantics) {
        Profiles.check(semantics.profileName());
        assertSame(semantics, Profiles.of(semantics.profileName()));
        assertEquals(
                semantics.generation(),
                semantics.create(new TestKernel(), FaultObserver.NONE).generation());
    }

    @Test
    void shouldHandTheRestOfAWordToItsLoader() {
        final Profile profile = Profiles.of("own:./core.so");
        assertEquals("own:./core.so", profile.profileName());
        assertEquals(FaultGeneration.LINUX_6_12, profile.generation());
        assertEquals("own:./core.so", profile.create(new TestKernel(), FaultObserver.NONE).name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foreign:./core.so|unknown scheme 'foreign:' in 'foreign:./core.so': must be one of"
                        + " own:",
                "mainline|semantics must be one of v3-2017, v5-2018, mainline-5.x, mainline-6.12:"
                        + " mainline",
            })
    void shouldNameWhatThereIsForUnknownWord(final String word, final String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Profiles.of(word)).getMessage());
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Profiles.check(word))
                        .getMessage());
    }

    @Test
    void shouldLoadNothingToCheckAWord() {
        Profiles.check("own:broken");
        assertEquals(
                "own:broken: cannot be loaded",
                assertThrows(IllegalArgumentException.class, () -> Profiles.of("own:broken"))
                        .getMessage());
    }
}
