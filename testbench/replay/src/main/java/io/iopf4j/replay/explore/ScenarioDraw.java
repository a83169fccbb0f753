// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenario;
import io.iopf4j.replay.scenario.ScenarioEvent;
import io.iopf4j.replay.scenario.ScenarioVm;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Draws scenarios: hardware, rules, machines, what happens in the storm, and a calm in which
 * everything must end. Small on purpose: few devices, PASIDs and pages meet more often, and small
 * buffers are full sooner. The same seed and limits give the same scenario.
 */
public final class ScenarioDraw {
    /** From the calm to the end: long enough for every time-out and retry that can be drawn. */
    static final long CALM_NS = 200_000_000;

    private final DrawLimits limits;
    private final SplittableRandom random;
    private final long seed;

    private ScenarioDraw(final DrawLimits limits, final long seed) {
        this.limits = limits;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Draws one.
     *
     * @param limits what is not left to chance
     * @param seed any number
     * @return the scenario, whose own seed it is
     */
    public static Scenario draw(final DrawLimits limits, final long seed) {
        return new ScenarioDraw(limits, seed).scenario();
    }

    private Scenario scenario() {
        final Hardware.Iommu iommu =
                limits.iommu() != Hardware.Iommu.AUTO
                        ? limits.iommu()
                        : one(Hardware.Iommu.SMMUV3, Hardware.Iommu.VTD);
        final Semantics[] all = Semantics.values();
        final String semantics =
                limits.semantics().orElse(all[random.nextInt(all.length)].profileName());
        final Hardware hardware = hardware(iommu, semantics);
        final KnownHoles holes = new KnownHoles(semantics, iommu);
        final List<Integer> codes = limits.isUpstream() ? KnownHoles.ALL_CODES : holes.codes();
        final String policy = limits.policy().orElseGet(() -> new PolicyDraw(random).policy());
        final boolean hasGroups =
                iommu == Hardware.Iommu.VTD
                        && random.nextBoolean()
                        && (limits.isUpstream() || holes.maySplit(policy));
        final List<ScenarioVm> vms =
                new VmDraw(
                                random,
                                limits.isUpstream() ? KnownHoles.ALL_LIES : holes.lies(),
                                limits.isUpstream() || holes.mayBeHostile())
                        .vms(hasGroups);
        final List<ScenarioEvent> storm = new StormDraw(random, vms, hasGroups, codes).events();
        final long calmNs = storm.isEmpty() ? 1 : storm.get(storm.size() - 1).atNs() + 1_000;
        return new Scenario(
                        "explore-" + seed,
                        "drawn from seed " + seed,
                        hardware,
                        semantics,
                        limits.isUpstream() ? policy : holes.closed(policy),
                        new Scenario.Course(
                                calmNs + CALM_NS,
                                OptionalLong.of(calmNs),
                                !limits.isUpstream(),
                                seed),
                        vms,
                        storm,
                        new HazardDraw(random, limits.isUpstream() || !hasGroups).hazards())
                .with(vms, storm);
    }

    private Hardware hardware(final Hardware.Iommu iommu, final String semantics) {
        final OptionalLong latency =
                random.nextInt(3) == 0
                        ? OptionalLong.of(random.nextInt(1, 50) * 1_000L)
                        : OptionalLong.empty();
        if (iommu == Hardware.Iommu.VTD) {
            final int least = semantics.equals(Semantics.V3_2017.profileName()) ? 8 : 7;
            final OptionalInt entries =
                    random.nextBoolean() ? OptionalInt.of(1 << least) : OptionalInt.empty();
            return new Hardware(
                    iommu,
                    OptionalInt.empty(),
                    limits.isUpstream()
                            ? entries
                            : new KnownHoles(semantics, iommu).queueEntries(entries),
                    latency);
        }
        return new Hardware(
                iommu,
                random.nextInt(4) == 0
                        ? OptionalInt.empty()
                        : OptionalInt.of(1 + random.nextInt(random.nextBoolean() ? 4 : 64)),
                random.nextInt(4) == 0
                        ? OptionalInt.empty()
                        : OptionalInt.of(1 << random.nextInt(7)),
                latency);
    }

    @SafeVarargs
    private <T> T one(final T... of) {
        return of[random.nextInt(of.length)];
    }

    /** Words for policies. */
    private record PolicyDraw(SplittableRandom random) {
        String policy() {
            final List<String> words = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                final String word = word();
                if (!isAnyOf(words, kind(word))) {
                    words.add(word);
                }
            }
            return words.isEmpty() ? "none" : String.join(",", words);
        }

        private static boolean isAnyOf(final List<String> words, final String kind) {
            for (final String word : words) {
                if (word.startsWith(kind)) {
                    return true;
                }
            }
            return false;
        }

        private static String kind(final String word) {
            final int equals = word.indexOf('=');
            return equals < 0 ? word : word.substring(0, equals);
        }

        private String word() {
            return switch (random.nextInt(6)) {
                case 0 -> "device-quota=" + limit();
                case 1 -> "vm-quota=" + limit();
                case 2 -> "credit=" + (1 + random.nextInt(6));
                case 3 -> "timeout=" + (50 + random.nextInt(3000)) + "us";
                case 4 -> "silent-guest=" + (1 + random.nextInt(3));
                default -> "drain";
            };
        }

        private String limit() {
            return random.nextInt(4) == 0 ? "half" : String.valueOf(1 + random.nextInt(6));
        }
    }
}
