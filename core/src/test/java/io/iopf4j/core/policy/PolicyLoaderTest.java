// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.core.testing.OpenPolicyLoader;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies that come from outside, by the scheme of their word. */
class PolicyLoaderTest {
    @BeforeEach
    void clear() {
        OpenPolicyLoader.LOADED.clear();
    }

    private static List<String> names(final String list) {
        return Policies.parse(list).stream().map(FaultPolicy::name).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "open:./quota.so limit=4,timeout=10s",
                "drain,open:a",
                "open:a,open:b",
                "open:a x=1,open:a x=2",
                "open:",
                "open:b:c=d"
            })
    void shouldHandTheRestOfAWordToItsLoader(final String list) {
        assertEquals(List.of(list.split(",")), names(list));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shut:./a.so|unknown scheme 'shut:' in 'shut:./a.so': must be one of open:",
                "open:a,open:a|open:a is given twice: open:a,open:a",
                "open:a,none|none goes with no other policy: open:a,none",
                "open:a,vm-quota=0|vm-quota=0: N must be in [1, 1000000] or half",
            })
    void shouldLoadNothingOfAListThatIsWrong(final String list, final String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Policies.parse(list))
                        .getMessage());
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> Policies.check(list))
                        .getMessage());
        assertEquals(List.of(), OpenPolicyLoader.LOADED);
    }

    @Test
    void shouldCloseWhatWasLoadedBeforeOneThatCannotBe() {
        final IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Policies.parse("open:a,drain,open:broken,open:b"));
        assertEquals("open:broken: cannot be opened", refusal.getMessage());
        assertEquals(1, OpenPolicyLoader.LOADED.size());
        assertFalse(OpenPolicyLoader.LOADED.get(0).isOpen());
    }

    @Test
    void shouldLoadNothingToCheckAList() {
        Policies.check("open:a,timeout,open:broken");
        assertEquals(List.of(), OpenPolicyLoader.LOADED);
    }

    @Test
    void shouldLoadAnotherInstanceEachTime() {
        Policies.parse("open:a");
        Policies.parse("open:a").get(0).close();
        assertTrue(OpenPolicyLoader.LOADED.get(0).isOpen());
        assertFalse(OpenPolicyLoader.LOADED.get(1).isOpen());
    }
}
