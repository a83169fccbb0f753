// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.TestKernel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Profiles by their names. */
class SemanticsTest {
    @Test
    void shouldShipFourProfilesOldestFirst() {
        assertEquals(
                List.of("v3-2017", "v5-2018", "mainline-5.x", "mainline-6.12"),
                Arrays.stream(Semantics.values()).map(Semantics::profileName).toList());
    }

    @OnEveryProfile
    void shouldMakeTheProfileOfItsName(final Semantics semantics) {
        assertSame(semantics, Semantics.of(semantics.profileName()));
        final FaultCore core = semantics.create(new TestKernel(), FaultObserver.NONE);
        assertEquals(semantics.profileName(), core.name());
        assertEquals(semantics.profileName(), semantics.toString());
        assertEquals(
                switch (semantics) {
                    case V3_2017 -> FaultGeneration.SERIES_2017;
                    case V5_2018 -> FaultGeneration.SERIES_2018;
                    case MAINLINE_5_X -> FaultGeneration.LINUX_5_X;
                    case MAINLINE_6_12 -> FaultGeneration.LINUX_6_12;
                },
                core.generation());
    }

    @OnEveryProfile
    void shouldDescribeEachInOneShortLine(final Semantics semantics) {
        assertTrue(semantics.description().length() <= 60, semantics.description());
        assertTrue(semantics.description().length() > 20);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "mainline", "MAINLINE_6_12", "mainline-6.12 "})
    void shouldListTheNamesWhenThereIsNoSuchProfile(final String name) {
        final IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> Semantics.of(name));
        assertEquals(
                "semantics must be one of v3-2017, v5-2018, mainline-5.x, mainline-6.12: " + name,
                thrown.getMessage());
    }
}
