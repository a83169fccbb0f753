// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command line may say of policies, and what it is told when it says something else. */
class PoliciesTest {
    private static final int MAX_DESCRIPTION = 60;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "device-quota=1",
                "device-quota=half",
                "vm-quota=4",
                "vm-quota=half",
                "vm-quota=1000000",
                "credit=32",
                "timeout",
                "timeout=1ns",
                "timeout=500us",
                "timeout=20ms",
                "timeout=10s",
                "timeout=2m",
                "timeout=1440m",
                "silent-guest=3",
                "drain"
            })
    void shouldCallPolicyWhatItWasCalled(final String word) {
        final List<FaultPolicy> policies = Policies.parse(word);
        assertEquals(List.of(word), policies.stream().map(FaultPolicy::name).toList());
    }

    @Test
    void shouldKeepOrderOfList() {
        final String list =
                "timeout=10s,vm-quota=half,drain,credit=8,silent-guest=2,device-quota=3";
        assertEquals(
                List.of(list.split(",")),
                Policies.parse(list).stream().map(FaultPolicy::name).toList());
    }

    @Test
    void shouldMakeNothingOfNone() {
        assertEquals(List.of(), Policies.parse("none"));
    }

    @Test
    void shouldMakeNewInstancesEachTime() {
        assertNotSame(
                Policies.parse("silent-guest=3").get(0), Policies.parse("silent-guest=3").get(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vm-quota=0|vm-quota=0: N must be in [1, 1000000] or half",
                "vm-quota=1000001|vm-quota=1000001: N must be in [1, 1000000] or half",
                "vm-quota=-1|vm-quota=-1: N must be in [1, 1000000] or half",
                "vm-quota=99999999999|vm-quota=99999999999: N must be in [1, 1000000] or half",
                "vm-quota=third|vm-quota=third: N must be in [1, 1000000] or half",
                "vm-quota=|vm-quota=: N must be in [1, 1000000] or half",
                "device-quota=x|device-quota=x: N must be in [1, 1000000] or half",
                "credit=half|credit=half: N must be in [1, 1000000]",
                "silent-guest=0|silent-guest=0: K must be in [1, 1000000]",
                "vm-quota|vm-quota: must be vm-quota=N or vm-quota=half",
                "drain=1|drain=1: must be drain",
                "none=1|none=1: must be none",
                "none,vm-quota=2|none goes with no other policy: none,vm-quota=2",
                "none,none|none is given twice: none,none",
                "vm-quota=2,vm-quota=3|vm-quota is given twice: vm-quota=2,vm-quota=3",
                "timeout,timeout=1s|timeout is given twice: timeout,timeout=1s",
            })
    void shouldSayInOneLineWhatIsWrong(final String list, final String message) {
        final IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Policies.parse(list));
        assertEquals(message, refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0s",
                "10",
                "s",
                "-1s",
                "1h",
                "1.5s",
                "1441m",
                "307445735m",
                "9999999999s",
                "1 s",
                "1S",
                ""
            })
    void shouldSayWhatTimesLookLike(final String time) {
        final IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class, () -> Policies.parse("timeout=" + time));
        assertEquals(
                "timeout=" + time + ": D must be a time like 500us, 20ms, 10s or 2m, at most 1440m",
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "vmquota=2", "vm-quota=2,", ",", "VM-QUOTA=2", " drain"})
    void shouldNameWhatThereIsForUnknownWord(final String list) {
        final String message =
                assertThrows(IllegalArgumentException.class, () -> Policies.parse(list))
                        .getMessage();
        assertTrue(message.startsWith("unknown policy '"), message);
        for (final Policies.Description policy : Policies.all()) {
            assertTrue(message.contains(policy.usage()), message);
        }
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void shouldLimitRequestsOfAPciDeviceByCreditAlone() {
        assertEquals(32, Policies.parse("credit=32").get(0).pageRequestAllocation());
        for (final FaultPolicy policy : Policies.parse("vm-quota=2,timeout,drain")) {
            assertEquals(Integer.MAX_VALUE, policy.pageRequestAllocation(), policy::name);
        }
    }

    @Test
    void shouldDescribeEachInOneShortLine() {
        assertEquals(
                List.of(
                        "none",
                        "device-quota",
                        "vm-quota",
                        "credit",
                        "timeout",
                        "silent-guest",
                        "drain"),
                Policies.all().stream().map(Policies.Description::name).toList());
        for (final Policies.Description policy : Policies.all()) {
            assertTrue(policy.usage().startsWith(policy.name()), policy.usage());
            assertTrue(policy.description().length() <= MAX_DESCRIPTION, policy.description());
        }
    }
}
