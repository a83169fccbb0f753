// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.util.List;
import java.util.OptionalLong;

/**
 * A whole synthetic run, as its file says it. What a file leaves out has its default here.
 *
 * @param name the file's name without its ending
 * @param title what it shows, one line
 * @param hardware what the machines share
 * @param semantics the profile's name
 * @param policy policies joined by commas, or {@code none}
 * @param course how it goes
 * @param vms the virtual machines, at least one; no two share a name, nor do any two devices
 * @param events what happens to them, in the order of time; those of the same time in the order of
 *     the file. The death of a guest that its host notices is one of them
 * @param hazards what goes wrong between the parts
 */
public record Scenario(
        String name,
        String title,
        Hardware hardware,
        String semantics,
        String policy,
        Course course,
        List<ScenarioVm> vms,
        List<ScenarioEvent> events,
        List<Hazard> hazards) {
    /** The seed of a file that names none. */
    public static final long SEED = 1;

    /** Takes copies of the lists. */
    public Scenario {
        vms = List.copyOf(vms);
        events = List.copyOf(events);
        hazards = List.copyOf(hazards);
    }

    /**
     * How a run goes.
     *
     * @param durationNs when it ends, in virtual nanoseconds, at least 1
     * @param calmNs from when on nothing goes wrong any more: devices ask for nothing new, guests
     *     are honest and answer what they owe, hazards are over; by the run's end everything must
     *     have ended. Virtual nanoseconds before the end, or empty if the run just ends
     * @param isCareful whether guests answer none of their faults that has ended by then, as if
     *     their monitors told them: ids and cookies are given anew, so that such an answer ends
     *     another fault
     * @param seed what all chance comes from
     */
    public record Course(long durationNs, OptionalLong calmNs, boolean isCareful, long seed) {}

    /**
     * The same with other machines and events, of which those are left out that cannot happen.
     *
     * @param otherVms the machines
     * @param otherEvents what is to happen to them, in any order; those of the same time in this
     *     one
     * @return the scenario
     */
    public Scenario with(final List<ScenarioVm> otherVms, final List<ScenarioEvent> otherEvents) {
        return new Scenario(
                name,
                title,
                hardware,
                semantics,
                policy,
                course,
                otherVms,
                Fortunes.possible(otherVms, otherEvents),
                hazards);
    }

    /**
     * The same with other policies.
     *
     * @param other policies joined by commas, or {@code none}
     * @return the scenario
     */
    public Scenario withPolicy(final String other) {
        return new Scenario(name, title, hardware, semantics, other, course, vms, events, hazards);
    }

    /**
     * The same on other hardware.
     *
     * @param other what the machines share
     * @return the scenario
     */
    public Scenario withHardware(final Hardware other) {
        return new Scenario(name, title, other, semantics, policy, course, vms, events, hazards);
    }

    /**
     * The same with other hazards.
     *
     * @param other what goes wrong between the parts
     * @return the scenario
     */
    public Scenario withHazards(final List<Hazard> other) {
        return new Scenario(name, title, hardware, semantics, policy, course, vms, events, other);
    }

    /**
     * The same that goes otherwise.
     *
     * @param other how it goes
     * @return the scenario
     */
    public Scenario withCourse(final Course other) {
        return new Scenario(name, title, hardware, semantics, policy, other, vms, events, hazards);
    }

    /**
     * The same with its calm at another time, and as long.
     *
     * @param otherNs when nothing goes wrong any more, virtual nanoseconds
     * @return the scenario; itself if it has no calm
     */
    public Scenario calmAt(final long otherNs) {
        return calmNs().isEmpty()
                ? this
                : withCourse(
                        new Course(
                                durationNs() - calmNs().getAsLong() + otherNs,
                                OptionalLong.of(otherNs),
                                course.isCareful(),
                                seed()));
    }

    /**
     * When it ends.
     *
     * @return virtual nanoseconds from the start
     */
    public long durationNs() {
        return course.durationNs();
    }

    /**
     * From when on nothing goes wrong any more.
     *
     * @return virtual nanoseconds from the start, or empty if the run just ends
     */
    public OptionalLong calmNs() {
        return course.calmNs();
    }

    /**
     * What all chance comes from.
     *
     * @return the seed
     */
    public long seed() {
        return course.seed();
    }

    /**
     * Whether it asks for what SMMUv3 cannot do: groups of several requests, or stream responses.
     * Such a file names VT-d; whoever puts other hardware in its place must ask.
     *
     * @return a workload or an access needs VT-d
     */
    public boolean needsVtd() {
        for (final ScenarioVm vm : vms) {
            if (vm.workload().isPresent() && vm.workload().get().needsVtd()) {
                return true;
            }
        }
        for (final ScenarioEvent event : events) {
            if (event.request() != null && event.request().pages() > 1) {
                return true;
            }
        }
        return false;
    }
}
