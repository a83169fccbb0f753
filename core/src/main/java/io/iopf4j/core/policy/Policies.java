// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The policies that ship, by the names that a command line gives them. */
public final class Policies {
    /** The empty list of policies. */
    public static final String NONE = "none";

    private static final List<Kind> KINDS =
            List.of(
                    new Kind(
                            NONE,
                            NONE,
                            Argument.NONE,
                            "as mainline today: no limit, no timeout",
                            null),
                    new Kind(
                            DeviceQuota.NAME,
                            DeviceQuota.NAME + "=N|half",
                            Argument.NEEDED,
                            "groups that a device may have outstanding",
                            DeviceQuota::new),
                    new Kind(
                            VmQuota.NAME,
                            VmQuota.NAME + "=N|half",
                            Argument.NEEDED,
                            "groups that a VM may have outstanding in all",
                            VmQuota::new),
                    new Kind(
                            Credit.NAME,
                            Credit.NAME + "=N",
                            Argument.NEEDED,
                            "requests that a device may have outstanding",
                            Credit::new),
                    new Kind(
                            Timeout.NAME,
                            Timeout.NAME + "[=D]",
                            Argument.POSSIBLE,
                            "end what waits for D, by default the driver's",
                            Timeout::new),
                    new Kind(
                            SilentGuest.NAME,
                            SilentGuest.NAME + "=K",
                            Argument.NEEDED,
                            "disable a VM after K groups without an answer",
                            SilentGuest::new),
                    new Kind(
                            Drain.NAME,
                            Drain.NAME,
                            Argument.NONE,
                            "end a device's faults when its domain changes",
                            text -> new Drain()));

    private enum Argument {
        NONE,
        POSSIBLE,
        NEEDED
    }

    /**
     * A policy that ships.
     *
     * @param name what it is called
     * @param usage how it is written, such as {@code vm-quota=N|half}
     * @param description at most 50 characters, so that a list of them fits a mail
     */
    public record Description(String name, String usage, String description) {}

    private record Kind(
            String name,
            String usage,
            Argument argument,
            String description,
            Function<String, FaultPolicy> maker) {}

    private Policies() {}

    /**
     * What ships.
     *
     * @return in the order of a list for people
     */
    public static List<Description> all() {
        return KINDS.stream()
                .map(kind -> new Description(kind.name, kind.usage, kind.description))
                .collect(Collectors.toUnmodifiableList());
    }

    /**
     * Makes what a command line names.
     *
     * @param list policies joined by commas, such as {@code vm-quota=half,timeout=10s}, or {@code
     *     none}
     * @return new instances in that order, for one gate; empty for {@code none}
     * @throws IllegalArgumentException in one line that names the bad word and what is allowed
     */
    public static List<FaultPolicy> parse(final String list) {
        final List<FaultPolicy> policies = new ArrayList<>();
        final Set<String> names = new HashSet<>();
        for (final String word : list.split(",", -1)) {
            final Kind kind = kind(word);
            if (!names.add(kind.name)) {
                throw new IllegalArgumentException(kind.name + " is given twice: " + list);
            }
            if (kind.maker != null) {
                policies.add(kind.maker.apply(argument(kind, word)));
            }
        }
        if (names.contains(NONE) && names.size() > 1) {
            throw new IllegalArgumentException(NONE + " goes with no other policy: " + list);
        }
        return List.copyOf(policies);
    }

    private static Kind kind(final String word) {
        final int equals = word.indexOf('=');
        final String name = equals < 0 ? word : word.substring(0, equals);
        for (final Kind kind : KINDS) {
            if (kind.name.equals(name)) {
                if (equals < 0
                        ? kind.argument == Argument.NEEDED
                        : kind.argument == Argument.NONE) {
                    throw new IllegalArgumentException(
                            word
                                    + ": must be "
                                    + kind.usage.replace("|", " or " + kind.name + "="));
                }
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "unknown policy '"
                        + word
                        + "': must be "
                        + KINDS.stream().map(Kind::usage).collect(Collectors.joining(", ")));
    }

    private static String argument(final Kind kind, final String word) {
        return word.length() == kind.name.length() ? null : word.substring(kind.name.length() + 1);
    }
}
