// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.replay.whatif.Rules;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyRangesTest {
    @Test
    void shouldPutAValueInTheRangesPlaceAndKeepTheRest() {
        final String list = "device-quota=half,timeout={1ms,2ms},drain,vm-quota=1..4";
        final List<Axis> axes = PolicyRanges.parse(list);
        assertEquals(List.of("timeout", "vm-quota"), axes.stream().map(Axis::name).toList());
        Rules rules = Rules.DEFAULT.withPolicy(list);
        rules = axes.get(0).setting().apply(rules, axes.get(0).range().values().get(1));
        rules = axes.get(1).setting().apply(rules, axes.get(1).range().values().get(2));
        assertEquals(Optional.of("device-quota=half,timeout=2ms,drain,vm-quota=3"), rules.policy());
    }

    @Test
    void shouldFindNoRangeInAPath() {
        assertEquals(
                List.of("vm-quota"),
                PolicyRanges.parse("vm-quota=1..2").stream().map(Axis::name).toList());
        assertThrows(IllegalArgumentException.class, () -> PolicyRanges.parse("nocode:../q.so"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    vmquota=1..4              | vmquota
                    vm-quota=0..4             | vm-quota=0
                    vm-quota=1ms..4ms         | vm-quota=1ms
                    timeout=1..4              | timeout=1
                    drain=1..2                | drain
                    vm-quota                  | vm-quota
                    1..4                      | range
                    vm-quota=1..2,vm-quota=3  | twice
                    none,vm-quota=1..2        | none
                    vm-quota=1..2,timeout=x   | timeout=x
                    """)
    void shouldNameTheWordThatIsWrong(final String list, final String word) {
        final String message =
                assertThrows(IllegalArgumentException.class, () -> PolicyRanges.parse(list))
                        .getMessage();
        assertTrue(message.contains(word), message);
    }
}
