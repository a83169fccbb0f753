// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.PageResponseCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GuestBehaviourTest {
    private static final long SEED = 0x5EED;
    private static final long US = 1_000;
    private static final long MS = 1_000_000;

    @Test
    void shouldAnswerPromptly() throws IOException {
        final GuestBehaviour guest = guest("prompt", "");
        assertTrue(guest.next(3 * MS));
        assertEquals(3 * MS + 50 * US, guest.answerNs());
        assertEquals(PageResponseCode.SUCCESS, guest.code());
        assertNull(guest.lie());
    }

    @Test
    void shouldNeverAnswerIfSilent() throws IOException {
        assertFalse(guest("silent", "").next(0));
    }

    @Test
    void shouldAnswerSlowlyAsItsDistributionSays() throws IOException {
        final GuestBehaviour guest =
                guest("{kind: slow, delay: {distribution: exponential, mean: 2ms, max: 9ms}}", "");
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            assertTrue(guest.next(0));
            assertTrue(guest.answerNs() <= 9 * MS);
            sum += guest.answerNs();
        }
        assertEquals(2.0 * MS, sum / 10_000, 0.1 * MS);
    }

    @Test
    void shouldBeHostileWithEachSoManiethAnswer() throws IOException {
        final GuestBehaviour guest = guest("{kind: hostile, every: 3}", "");
        assertTrue(guest.hostility().isPresent());
        for (int i = 1; i <= 9; i++) {
            assertTrue(guest.next(0));
            assertEquals(50 * US, guest.answerNs());
            assertEquals(i % 3 == 0, guest.isHostile(), "answer " + i);
            assertEquals(PageResponseCode.SUCCESS, guest.code());
        }
        assertTrue(guest("prompt", "").hostility().isEmpty());
    }

    @Test
    void shouldAnswerAnywhereInARange() throws IOException {
        final GuestBehaviour guest =
                guest("{kind: slow, delay: {distribution: uniform, min: 1ns, max: 3ns}}", "");
        final boolean[] seen = new boolean[4];
        for (int i = 0; i < 100; i++) {
            assertTrue(guest.next(0));
            seen[(int) guest.answerNs()] = true;
        }
        assertEquals("[false, true, true, true]", Arrays.toString(seen));
    }

    @Test
    void shouldAnswerNothingThatFallsDueAfterItsDeath() throws IOException {
        final GuestBehaviour guest =
                guest("{kind: dying, at: 10ms, silently: true, delay: 1ms}", "");
        assertTrue(guest.next(9 * MS - 1));
        assertFalse(guest.next(9 * MS));
        assertFalse(guest.next(20 * MS));
    }

    @Test
    void shouldAnswerNothingAfterItsMachineIsKilled() throws IOException {
        final GuestBehaviour guest = guest("{kind: prompt, delay: 1ms}", "{at: 10ms, kill: a}");
        assertTrue(guest.next(9 * MS - 1));
        assertFalse(guest.next(9 * MS));
    }

    @Test
    void shouldAnswerLateWhatFellIntoASilence() throws IOException {
        final GuestBehaviour guest =
                guest(
                        "{kind: prompt, delay: 1ms}",
                        "{at: 10ms, silence: a}, {at: 20ms, wake: a}, {at: 20ms, silence: b}");
        assertAnswers(9 * MS, guest, 8 * MS);
        assertAnswers(21 * MS, guest, 9 * MS);
        assertAnswers(21 * MS, guest, 15 * MS);
        assertAnswers(21 * MS, guest, 20 * MS);
        assertAnswers(22 * MS, guest, 21 * MS);
    }

    @Test
    void shouldFallSilentMoreThanOnce() throws IOException {
        final GuestBehaviour guest =
                guest(
                        "{kind: prompt, delay: 5ms}",
                        "{at: 10ms, silence: a}, {at: 20ms, wake: a}, {at: 24ms, silence: a},"
                                + " {at: 40ms, wake: a}");
        assertAnswers(45 * MS, guest, 8 * MS);
    }

    @Test
    void shouldNotAnswerUnlessItWakes() throws IOException {
        final GuestBehaviour guest = guest("prompt", "{at: 10ms, silence: a}");
        assertTrue(guest.next(9 * MS));
        assertFalse(guest.next(10 * MS));
    }

    @Test
    void shouldLieAsOftenAsItIsTold() throws IOException {
        final GuestBehaviour guest = guest("{kind: lying, mode: wrong-pasid, every: 3}", "");
        final List<Lie> lies = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            assertTrue(guest.next(0));
            lies.add(guest.lie());
            assertEquals(PageResponseCode.SUCCESS, guest.code());
        }
        assertEquals(Arrays.asList(null, null, Lie.WRONG_PASID, null, null, Lie.WRONG_PASID), lies);
    }

    @Test
    void shouldLieAboutTheCode() throws IOException {
        final GuestBehaviour guest = guest("{kind: lying, mode: wrong-code, every: 2}", "");
        assertTrue(guest.next(0));
        assertEquals(PageResponseCode.SUCCESS, guest.code());
        assertTrue(guest.next(0));
        assertEquals(Lie.UNKNOWN_CODE, guest.code());
    }

    @Test
    void shouldDrawTheSameFromTheSameSeed() throws IOException {
        final GuestBehaviour first = guest("slow", "");
        final GuestBehaviour second = guest("slow", "");
        for (int i = 0; i < 100; i++) {
            assertTrue(first.next(i));
            assertTrue(second.next(i));
            assertEquals(first.answerNs(), second.answerNs());
        }
    }

    private static void assertAnswers(
            final long answerNs, final GuestBehaviour guest, final long recordNs) {
        assertTrue(guest.next(recordNs));
        assertEquals(answerNs, guest.answerNs());
    }

    private static GuestBehaviour guest(final String guest, final String events)
            throws IOException {
        final Scenario scenario =
                ScenarioText.read(
                        "title: T\nduration: 1s\nvms: [{name: a, guest: "
                                + guest
                                + "}, {name: b}]\nevents: ["
                                + events
                                + "]\n");
        return new GuestBehaviour(
                scenario.vms().get(0), scenario.events(), new SplittableRandom(SEED));
    }
}
