// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.core.SchemeWord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Policies by the words that a command line has for them: those that ship, and code to load. */
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
     * Makes what a command line names. A word with a scheme, such as {@code native:./quota.so}, is
     * made by the {@link PolicyLoader} of that scheme, after all other words were found right.
     *
     * @param list policies joined by commas, such as {@code vm-quota=half,timeout=10s}, or {@code
     *     none}
     * @return new instances in that order, for one gate; empty for {@code none}. The caller closes
     *     them, unless a gate does
     * @throws IllegalArgumentException in one line that names the bad word and what is allowed
     */
    public static List<FaultPolicy> parse(final String list) {
        final List<FaultPolicy> policies = new ArrayList<>();
        try {
            makers(list).forEach(maker -> policies.add(maker.get()));
        } catch (final RuntimeException e) {
            policies.forEach(FaultPolicy::close);
            throw e;
        }
        return List.copyOf(policies);
    }

    /**
     * Checks what a file names, and loads nothing: of a word with a scheme the scheme alone.
     *
     * @param list as for {@link #parse}
     * @throws IllegalArgumentException as of {@link #parse}
     */
    public static void check(final String list) {
        makers(list);
    }

    private static List<Supplier<FaultPolicy>> makers(final String list) {
        final List<Supplier<FaultPolicy>> makers = new ArrayList<>();
        final Set<String> names = new HashSet<>();
        for (final String word : list.split(",", -1)) {
            final Optional<SchemeWord> code = SchemeWord.of(word);
            final Kind kind = code.isPresent() ? null : kind(word);
            final String name = kind == null ? word : kind.name;
            if (!names.add(name)) {
                throw new IllegalArgumentException(name + " is given twice: " + list);
            }
            if (kind == null) {
                final PolicyLoader loader =
                        code.get().loader(ServiceLoader.load(PolicyLoader.class));
                makers.add(() -> loader.load(code.get().rest()));
            } else if (kind.maker != null) {
                final FaultPolicy policy = kind.maker.apply(argument(kind, word));
                makers.add(() -> policy);
            }
        }
        if (names.contains(NONE) && names.size() > 1) {
            throw new IllegalArgumentException(NONE + " goes with no other policy: " + list);
        }
        return makers;
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
