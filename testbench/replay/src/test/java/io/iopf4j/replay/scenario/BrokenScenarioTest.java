// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each broken file gives one line, and it is the line that its writer needs. */
class BrokenScenarioTest {
    private static final String TIME =
            "expected a time of at most 60min, such as 500us, 20ms or 2s";

    @TempDir private Path folder;

    @ParameterizedTest
    @MethodSource("broken")
    void shouldSayWhatIsWrongAndWhere(final String yaml, final String line) {
        assertEquals(line, ScenarioText.refusal(yaml));
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                        whole(),
                        hardware(),
                        machines(),
                        guests(),
                        workloads(),
                        events(),
                        hazards(),
                        yaml())
                .flatMap(cases -> cases);
    }

    private static Arguments is(final String yaml, final String line) {
        return Arguments.of(yaml, line);
    }

    private static Stream<Arguments> whole() {
        return Stream.of(
                is("", "s.yaml: expected a mapping with 'title:', 'duration:', 'vms:'"),
                is(
                        "- title: T\n",
                        "s.yaml:1: '[...]': expected a mapping with 'title:', 'duration:', 'vms:'"),
                is(
                        "\nhello\n",
                        "s.yaml:2: 'hello': expected a mapping with 'title:', 'duration:', 'vms:'"),
                is(
                        "\nduration: 1s\nvms: [{name: a}]\n",
                        "s.yaml:2: 'title:' is missing, expected such as"
                                + " 'title: a silent VM fills the stall buffer'"),
                is(
                        "title: T\nvms: [{name: a}]\n",
                        "s.yaml:1: 'duration:' is missing, expected such as 'duration: 5s'"),
                is(
                        "title: T\nduration: 1s\n",
                        "s.yaml:1: 'vms:' is missing, expected such as 'vms: [{name: vm-a}]'"),
                is(
                        "title:\nduration: 1s\n",
                        "s.yaml:1: 'title:': expected one line of at most 72 characters"),
                is(
                        "title: |\n  one\n  two\nduration: 1s\n",
                        "s.yaml:1: 'title: one two ': expected one line of at most 72 characters"),
                is(
                        "title: " + "x".repeat(73) + "\nduration: 1s\n",
                        "s.yaml:1: 'title: "
                                + "x".repeat(45)
                                + "...': expected one line of at most 72 characters"),
                is(
                        ScenarioText.HEAD + "sead: 3\n",
                        "s.yaml:4: 'sead': unknown key, expected one of title, hardware,"
                                + " semantics, policy, seed, duration, calm, careful, vms, events,"
                                + " hazards"),
                is(ScenarioText.HEAD + "title: U\n", "s.yaml:4: 'title': is there twice"),
                is("title: T\nduration: 5\n", "s.yaml:2: 'duration: 5': " + TIME),
                is("title: T\nduration: -1s\n", "s.yaml:2: 'duration: -1s': " + TIME),
                is("title: T\nduration: 61min\n", "s.yaml:2: 'duration: 61min': " + TIME),
                is("title: T\nduration: 1 s\n", "s.yaml:2: 'duration: 1 s': " + TIME),
                is("title: T\nduration: 1h\n", "s.yaml:2: 'duration: 1h': " + TIME),
                is(
                        "title: T\nduration: 99999999999999999999s\n",
                        "s.yaml:2: 'duration: 99999999999999999999s': " + TIME),
                is(
                        "title: T\nduration: 0s\n",
                        "s.yaml:2: 'duration: 0s': expected a time that is longer"),
                is(
                        ScenarioText.HEAD + "policy: [none]\n",
                        "s.yaml:4: 'policy: [...]': expected policies joined by commas, as"
                                + " vm-quota=half,timeout=10s"),
                is(
                        ScenarioText.HEAD + "semantics: mainline 6.12\n",
                        "s.yaml:4: 'semantics: mainline 6.12': expected one of v3-2017, v5-2018,"
                                + " mainline-5.x, mainline-6.12"),
                is(
                        ScenarioText.HEAD + "policy: vm-quota=half,vm-qouta=2\n",
                        "s.yaml:4: 'policy: vm-quota=half,vm-qouta=2': unknown policy"
                                + " 'vm-qouta=2': must be none, device-quota=N|half, vm-quota=N|half,"
                                + " credit=N, timeout[=D], silent-guest=K, drain"));
    }

    private static Stream<Arguments> hardware() {
        return Stream.of(
                is(
                        ScenarioText.HEAD + "hardware: smmuv3\n",
                        "s.yaml:4: 'hardware: smmuv3': expected a mapping such as"
                                + " {iommu: smmuv3, stallEntries: 64}"),
                is(
                        ScenarioText.HEAD + "hardware: {iommu: amd}\n",
                        "s.yaml:4: 'iommu: amd': expected one of auto, smmuv3, vtd"),
                is(
                        ScenarioText.HEAD + "hardware: {stallEntries: 0}\n",
                        "s.yaml:4: 'stallEntries: 0': expected a number in [1, 65535]"),
                is(
                        ScenarioText.HEAD + "hardware:\n  stallEntries: 9999999999999999999999\n",
                        "s.yaml:5: 'stallEntries: 9999999999999999999999': expected a number in"
                                + " [1, 65535]"),
                is(
                        ScenarioText.HEAD + "hardware: {stallEntries: 6e1}\n",
                        "s.yaml:4: 'stallEntries: 6e1': expected a number in [1, 65535]"),
                is(
                        ScenarioText.HEAD + "hardware: {queueEntries: 3}\n",
                        "s.yaml:4: 'queueEntries: 3': expected a power of two in [1, 131072]"),
                is(
                        ScenarioText.HEAD + "hardware: {interruptLatency: 50}\n",
                        "s.yaml:4: 'interruptLatency: 50': expected a time of at most 60min, such"
                                + " as 500us, 20ms or 2s"),
                is(
                        ScenarioText.HEAD + "hardware: {iommu: vtd, stallEntries: 8}\n",
                        "s.yaml:4: 'stallEntries: 8': VT-d has no stall buffer, only"
                                + " 'queueEntries'"));
    }

    private static Stream<Arguments> machines() {
        return Stream.of(
                isVms("vms: a", "'vms: a': expected a list of VMs such as - {name: vm-a}"),
                isVms("vms: []", "'vms: [...]': expected at least one VM"),
                isVms(
                        "vms: [a]",
                        "'vms: a': expected a VM such as {name: vm-a, devices: 1, guest: prompt}"),
                isVms("vms: [{devices: 1}]", "'name:' is missing, expected such as 'name: vm-a'"),
                isVms(
                        "vms: [{name: a b}]",
                        "'name: a b': expected a name of at most 32 letters, digits and . _ : -"),
                isVms(
                        "vms: [{name: a, gest: silent}]",
                        "'gest': unknown key, expected one of name, devices, guest, workload"),
                isVms("vms: [{name: a}, {name: a}]", "'name: a': another VM has this name"),
                isVms(
                        "vms: [{name: a, devices: 4097}]",
                        "'devices: 4097': expected a number in [0, 4096]"),
                isVms(
                        "vms: [{name: a, devices: 4000}, {name: b, devices: 97}]",
                        "'devices: 97': more than 4096 devices in all"),
                isVms(
                        "vms: [{name: a, devices: many}]",
                        "'devices: many': expected a number of devices, or a list of their names"),
                isVms(
                        "vms: [{name: a, devices: [d, d]}]",
                        "'devices: d': device 'd' is in VM 'a' already"),
                isVms(
                        "vms: [{name: a}, {name: b, devices: [a.0]}]",
                        "'devices: a.0': device 'a.0' is in VM 'a' already"),
                isVms(
                        "vms: [{name: a, devices: [[d]]}]",
                        "'devices: [...]': expected a name of at most 32 letters, digits and"
                                + " . _ : -"));
    }

    private static Arguments isVms(final String yaml, final String line) {
        return is("title: T\nduration: 1s\n\n" + yaml + "\n", "s.yaml:4: " + line);
    }

    private static Stream<Arguments> guests() {
        return Stream.of(
                isGuest(
                        "sielnt",
                        "'guest: sielnt': expected one of prompt, slow, silent, dying, lying,"
                                + " hostile, manual"),
                isGuest(
                        "[silent]",
                        "'guest: [...]': expected one of prompt, slow, silent, dying, lying,"
                                + " hostile, manual, or a mapping"),
                isGuest(
                        "dying",
                        "'guest: dying': expected a mapping such as {kind: dying, at: 2s}"),
                isGuest(
                        "lying",
                        "'guest: lying': expected a mapping such as"
                                + " {kind: lying, mode: wrong-code}"),
                isGuest("{delay: 1ms}", "'kind:' is missing, expected such as 'kind: slow'"),
                isGuest("{kind: silent, delay: 1ms}", "'delay': unknown key, expected one of kind"),
                isGuest("{kind: slow, at: 1ms}", "'at': unknown key, expected one of kind, delay"),
                isGuest("{kind: dying}", "'at:' is missing, expected such as 'at: 2s'"),
                isGuest("{kind: dying, at: 1s}", "'at: 1s': expected a time before the run ends"),
                isGuest(
                        "{kind: dying, at: 1ms, silently: yes}",
                        "'silently: yes': expected one of true, false"),
                isGuest(
                        "{kind: lying, mode: big}",
                        "'mode: big': expected one of wrong-code, wrong-cookie, twice, wrong-type,"
                                + " wrong-pasid, wrong-group"),
                isGuest(
                        "{kind: lying, mode: twice, every: 0}",
                        "'every: 0': expected a number in [1, 1000000]"),
                isGuest(
                        "{kind: hostile, every: 1000001}",
                        "'every: 1000001': expected a number in [1, 1000000]"),
                isGuest(
                        "{kind: hostile, mode: twice}",
                        "'mode': unknown key, expected one of kind, delay, every"),
                isGuest("{kind: slow, delay: soon}", "'delay: soon': " + TIME),
                isGuest(
                        "{kind: slow, delay: {mean: 1ms}}",
                        "'distribution:' is missing, expected such as"
                                + " 'distribution: exponential'"),
                isGuest(
                        "{kind: slow, delay: {distribution: normal}}",
                        "'distribution: normal': expected one of exponential, uniform, fixed"),
                isGuest(
                        "{kind: slow, delay: {distribution: uniform, mean: 1ms}}",
                        "'mean': unknown key, expected one of distribution, min, max"),
                isGuest(
                        "{kind: slow, delay: {distribution: uniform, min: 2ms, max: 1ms}}",
                        "'max: 1ms': expected a time that is not less than min"),
                isGuest(
                        "{kind: slow, delay: {distribution: exponential, mean: 2ms, max: 1ms}}",
                        "'max: 1ms': expected a time that is not less than the mean"),
                isGuest(
                        "{kind: slow, delay: {distribution: fixed}}",
                        "'mean:' is missing, expected such as 'mean: 20ms'"));
    }

    private static Arguments isGuest(final String guest, final String line) {
        return isVms("vms: [{name: a, guest: " + guest + "}]", line);
    }

    private static Stream<Arguments> workloads() {
        return Stream.of(
                is(
                        "title: T\nduration: 1s\nvms: [{name: a, workload: 9}]\n",
                        "s.yaml:3: 'workload: 9': expected a mapping such as {rate: 1000/s}"),
                isWorkload("burst: 1", "'rate:' is missing, expected such as 'rate: 1000/s'"),
                isWorkload("rate: 5", "'rate: 5': expected a rate such as 1000/s or 20/ms"),
                isWorkload("rate: 0/s", "'rate: 0/s': expected a rate such as 1000/s or 20/ms"),
                isWorkload("rate: 1/h", "'rate: 1/h': expected a rate such as 1000/s or 20/ms"),
                isWorkload("rate: 1/s, burst: 0", "'burst: 0': expected a number in [1, 1000000]"),
                isWorkload(
                        "rate: 1/s, arrivals: bursty",
                        "'arrivals: bursty': expected one of regular, random"),
                isWorkload(
                        "rate: 1/s, start: 1s", "'start: 1s': expected a time before the run ends"),
                isWorkload(
                        "rate: 1/s, start: 2ms, stop: 2ms",
                        "'stop: 2ms': expected a time after the start"),
                isWorkload(
                        "rate: 1/s, stop: 2s",
                        "'stop: 2s': expected a time not beyond the" + " duration"),
                isWorkload(
                        "rate: 1/s, count: none",
                        "'count: none': expected a number in [1, 1000000000000]"),
                isWorkload(
                        "rate: 1/s, addresses: 0x1000",
                        "'addresses: 0x1000': expected a mapping such as"
                                + " {from: 0x100000, pages: 256}"),
                isWorkload(
                        "rate: 1/s, addresses: {from: 0x1001}",
                        "'from: 0x1001': expected a multiple of the page size, 0x1000"),
                isWorkload(
                        "rate: 1/s, addresses: {from: 0xfffffffff000, pages: 2}",
                        "'addresses: {...}': ends beyond the 48 bits of an address"),
                isWorkload(
                        "rate: 1/s, addresses: {order: up}",
                        "'order: up': expected one of sequential, random"),
                isWorkload(
                        "rate: 1/s, pasids: 1",
                        "'pasids: 1': expected a list of PASIDs such as [1, 2]"),
                isWorkload(
                        "rate: 1/s, pasids: [1, 1048576]",
                        "'pasids: 1048576': expected a number in [1, 1048575]"),
                isWorkload("rate: 1/s, pasids: [1, 0x1]", "'pasids: 0x1': is there twice"),
                isWorkload(
                        "rate: 1/s, access: exec",
                        "'access: exec': expected one of read, write, mixed"),
                isWorkload(
                        "rate: 1/s, groupSize: 2",
                        "'groupSize: 2': needs 'iommu: vtd': SMMUv3 stalls one access at a time"
                                + " and has no groups of several requests"),
                isWorkload(
                        "rate: 1/s, responseType: stream",
                        "'responseType: stream': needs 'iommu: vtd': SMMUv3 has no stream"
                                + " responses"),
                isWorkload(
                        "rate: 1/s, groupSize: 3, addresses: {pages: 2}",
                        "'groupSize: 3': a group of more pages than the 2 there are"),
                isWorkload(
                        "rate: 1/s, inFlight: 0",
                        "'inFlight: 0': expected a number in [1, 1000000]"),
                isWorkload(
                        "rate: 999999999999/us, burst: 1000000",
                        "'workload: {...}': more than the 5000000 accesses that a run may have in"
                                + " all; lower a rate or a count"));
    }

    private static Arguments isWorkload(final String workload, final String line) {
        return isVms("vms: [{name: a, workload: {" + workload + "}}]", line);
    }

    private static Arguments isHazard(final String hazard, final String line) {
        return is(ScenarioText.HEAD + "hazards:\n  - {" + hazard + "}\n", "s.yaml:5: " + line);
    }

    private static Stream<Arguments> hazards() {
        return Stream.of(
                is(
                        ScenarioText.HEAD + "hazards: none\n",
                        "s.yaml:4: 'hazards: none': expected a list of hazards such as"
                                + " - {memory: fails, nth: 9}"),
                isHazard(
                        "interrupt: late",
                        "'interrupt': unknown key, expected one of interrupts, allocation, memory,"
                                + " commands, queue, driver"),
                isHazard("", "'interrupts:' is missing, expected such as 'interrupts: late'"),
                isHazard(
                        "interrupts: early",
                        "'interrupts: early': expected one of lost, late, spurious"),
                isHazard(
                        "interrupts: lost, memory: slow",
                        "'memory': a hazard is one thing, and this one is of 'interrupts'"),
                isHazard("interrupts: late", "'by:' is missing, expected such as 'by: 30us'"),
                isHazard("queue: full", "'for:' is missing, expected such as 'for: 30us'"),
                isHazard("memory: slow, by: 0us", "'by: 0us': expected a time that is longer"),
                isHazard(
                        "driver: preempted, by: 1us",
                        "'by': unknown key, expected one of driver, from, until, every, nth,"
                                + " chance"),
                isHazard(
                        "driver: preempted, every: 3, chance: 5%",
                        "'chance': how often is said by 'every' already"),
                isHazard(
                        "driver: preempted, nth: 0",
                        "'nth: 0': expected a number in [1, 1000000000]"),
                isHazard(
                        "driver: preempted, chance: 0.05",
                        "'chance: 0.05': expected a chance such as 5% or 0.1%, at most 100%"),
                isHazard(
                        "driver: preempted, chance: 100.1%",
                        "'chance: 100.1%': expected a chance such as 5% or 0.1%, at most 100%"),
                isHazard(
                        "driver: preempted, chance: 0%",
                        "'chance: 0%': expected a chance such as 5% or 0.1%, at most 100%"),
                isHazard(
                        "driver: preempted, from: 1s",
                        "'from: 1s': expected a time before the run ends"),
                isHazard(
                        "driver: preempted, from: 3ms, until: 3ms",
                        "'until: 3ms': expected a time after it begins"),
                isHazard(
                        "memory: fails, bytes: 8",
                        "'address:' is missing, expected such as 'address: 0x40000000'"),
                isHazard(
                        "commands: spoiled, address: 8",
                        "'address': unknown key, expected one of commands, from, until, every, nth,"
                                + " chance"));
    }

    private static Stream<Arguments> events() {
        return Stream.of(
                is(
                        ScenarioText.HEAD + "events: none\n",
                        "s.yaml:4: 'events: none': expected a list of events such as"
                                + " - {at: 2s, kill: vm}"),
                isEvent("kill: a", "'at:' is missing, expected such as 'at: 2s'"),
                isEvent(
                        "at: 0s",
                        "'at': nothing happens, expected one of move, remove, replaceDomain,"
                                + " reset, unplug, kill, closeFaultQueue, silence, wake, access, answer"),
                isEvent("at: 1s, kill: a", "'at: 1s': expected a time before the run ends"),
                isEvent(
                        "at: 0s, kil: a",
                        "'kil': unknown key, expected one of at, move, remove, replaceDomain,"
                                + " reset, unplug, kill, closeFaultQueue, silence, wake, access, answer,"
                                + " to, address, pasid, write, pages, fault, code"),
                isEvent("at: 1ms, kill: a, pasid: 1", "'pasid': is for 'access' alone"),
                isEvent("at: 1ms, access: a, code: invalid", "'code': is for 'answer' alone"),
                isEvent(
                        "at: 1ms, access: a, address: 0x12345",
                        "'address: 0x12345': expected a multiple of the page size, 0x1000"),
                isEvent(
                        "at: 1ms, access: a, pasid: 0",
                        "'pasid: 0': expected a number in [1, 1048575]"),
                isEvent(
                        "at: 1ms, access: a, pages: 2",
                        "'pages: 2': needs 'iommu: vtd': SMMUv3 stalls one access at a time and has no groups of several requests"),
                isEvent(
                        "at: 1ms, answer: a",
                        "'answer: a': the guest of VM 'a' is not of kind 'manual'"),
                is(
                        ScenarioText.HEAD + "seed: two\n",
                        "s.yaml:4: 'seed: two': expected a whole number of 64 bits"),
                is(
                        ScenarioText.HEAD + "calm: 1s\n",
                        "s.yaml:4: 'calm: 1s': expected a time before the run ends"),
                isEvent(
                        "at: 0s, kill: a, wake: a",
                        "'wake': an event is one thing, and this one is 'kill'"),
                isEvent("at: 0s, kill: a, to: b", "'to': is for 'move' alone"),
                isEvent("at: 0s, reset: a.0, to: b", "'to': is for 'move' alone"),
                isEvents(
                        "{at: 0s, unplug: a.0}, {at: 1ms, reset: a.0}",
                        "'reset: a.0': device 'a.0' is unplugged by then"),
                isEvents(
                        "{at: 0s, unplug: a.0}, {at: 1ms, move: a.0, to: b}",
                        "'move: a.0': device 'a.0' is unplugged by then"),
                isEvent("at: 0s, kill: c", "'kill: c': no such VM, expected one of a, b"),
                isEvent(
                        "at: 0s, remove: c",
                        "'remove: c': no such device, expected one of a.0, b.0"),
                isEvent("at: 0s, move: a.0", "'to:' is missing, expected such as 'to: vm'"),
                isEvent("at: 0s, move: a.0, to: c", "'to: c': no such VM, expected one of a, b"),
                isEvent(
                        "at: 0s, move: a.0, to: a",
                        "'move: a.0': device 'a.0' is in VM 'a' by then"),
                isEvent("at: 0s, wake: a", "'wake: a': it is not silent then"),
                isEvents(
                        "{at: 0s, silence: a}, {at: 1ms, silence: a}",
                        "'silence: a': it is silent by then"),
                isEvents(
                        "{at: 2ms, kill: a}, {at: 1ms, kill: a}",
                        "'kill: a': VM 'a' is dead by then"),
                isEvents(
                        "{at: 2ms, remove: a.0}, {at: 3ms, replaceDomain: a.0}",
                        "'replaceDomain: a.0': device 'a.0' is removed by then"),
                isEvents(
                        "{at: 2ms, kill: a}, {at: 3ms, replaceDomain: a}",
                        "'replaceDomain: a': device 'a.0' is gone with its VM by then"),
                isEvents(
                        "{at: 2ms, kill: b}, {at: 3ms, move: a.0, to: b}",
                        "'move: a.0': VM 'b' is dead by then"),
                isEvents(
                        "{at: 2ms, closeFaultQueue: b}, {at: 3ms, move: a.0, to: b}",
                        "'move: a.0': the fault queue of VM 'b' is closed by then"),
                isEvents(
                        "{at: 2ms, closeFaultQueue: a}, {at: 3ms, replaceDomain: a.0}",
                        "'replaceDomain: a.0': the fault queue of VM 'a' is closed by then"),
                isEvents(
                        "{at: 2ms, closeFaultQueue: b}, {at: 3ms, closeFaultQueue: b}",
                        "'closeFaultQueue: b': its fault queue is closed by then"),
                is(
                        """
                        title: T
                        duration: 1s
                        vms:
                        - name: a
                          guest: {kind: dying, at: 9ms}
                        events: [{at: 1ms, kill: a}]
                        """,
                        "s.yaml:5: 'guest: {...}': VM 'a' is dead by then"));
    }

    private static Arguments isEvent(final String event, final String line) {
        return isEvents("{" + event + "}", line);
    }

    private static Arguments isEvents(final String events, final String line) {
        return is(ScenarioText.HEAD + "events: [" + events + "]\n", "s.yaml:4: " + line);
    }

    private static Stream<Arguments> yaml() {
        return Stream.of(
                is(
                        "title: T\nvms: [\n",
                        "s.yaml:3: not YAML: expected the node content, but found '<stream end>'"),
                is(
                        "title: T\n\tvms: 1\n",
                        "s.yaml:2: not YAML: found character '\\t(TAB)' that cannot start any token."
                                + " (Do not use \\t(TAB) for indentation)"),
                is("title: T\n---\ntitle: U\n", "s.yaml:2: not YAML: but found another document"),
                is("title: *t\n", "s.yaml:1: not YAML: found undefined alias t"),
                is("title: T\u0000\n", "s.yaml:1: not YAML: character U+0000 is not allowed"),
                is("a: T\n\n\u001b[2J\n", "s.yaml:3: not YAML: character U+001B is not allowed"),
                is("%YAML 3.0\n---\na: 1\n", "s.yaml: YAML 3.0, expected YAML 1.2"),
                is(
                        "title: !!java.net.URL [x]\nduration: 1s\n",
                        "s.yaml:1: 'title: tag:yaml.org,2002:java.net.URL [...]': expected one line"
                                + " of at most 72 characters"),
                is(
                        "title: \"\\e[2J\\u202e\"\nduration: 1s\n",
                        "s.yaml:1: 'title: ?[2J?': expected one line of at most 72 characters"),
                is("? [a]\n: b\n", "s.yaml:1: '[...]': expected a key that is text"),
                is(
                        "x: " + "[".repeat(1 << 18),
                        "s.yaml:1: nested deeper than the 32 levels that are read"),
                is(
                        "#" + "x".repeat(1 << 20),
                        "s.yaml: larger than the 1 MiB that such a file may" + " have"));
    }

    @Test
    void shouldNotFollowAnAliasThatHoldsItself() {
        assertEquals(
                "s.yaml:1: 'title: [...]': expected one line of at most 72 characters",
                ScenarioText.refusal("title: &t [*t, *t]\nduration: 1s\n"));
    }

    @Test
    void shouldNotUnfoldABombOfAliases() {
        final StringBuilder bomb = new StringBuilder("x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (int i = 1; i < 5; i++) {
            bomb.append("x").append(i).append(": &x").append(i).append(" [");
            bomb.append(("*x" + (i - 1) + ", ").repeat(9)).append("*x").append(i - 1);
            bomb.append("]\n");
        }
        final String line = ScenarioText.refusal(bomb + "title: *x4\n");
        assertTrue(line.startsWith("s.yaml:1: 'x0': unknown key"), line);
        assertTrue(
                ScenarioText.refusal(bomb + "y: [" + "*x4, ".repeat(50) + "]\n")
                        .startsWith("s.yaml: not YAML: "));
    }

    @Test
    void shouldNameTheLineThatIsNoText() {
        assertEquals(
                "s.yaml:2: not YAML: not text in UTF-8",
                ScenarioText.refusal(new byte[] {'#', '\n', 'a', (byte) 0xff, (byte) 0xfe, '\n'}));
    }

    @Test
    void shouldNameAFileThatIsMissing() {
        assertRefused(folder.resolve("absent.yaml"), "no such file");
    }

    @Test
    void shouldNotTakeAFolder() {
        assertRefused(folder, "is a directory, expected a YAML file");
    }

    @Test
    void shouldNotTakeAPicture() throws IOException {
        final Path file =
                Files.write(
                        folder.resolve("picture.yaml"),
                        new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0});
        assertEquals(
                file + ":1: not YAML: not text in UTF-8",
                assertThrows(ScenarioException.class, () -> ScenarioFile.read(file)).getMessage());
    }

    private static void assertRefused(final Path file, final String why) {
        final ScenarioException refusal =
                assertThrows(ScenarioException.class, () -> ScenarioFile.read(file));
        assertEquals(file + ": " + why, refusal.getMessage());
    }

    /** Whatever is done to a file: it is read, or there is one line. */
    @Test
    void shouldSurviveWhatIsDamaged() throws IOException {
        final byte[] whole = Files.readAllBytes(Path.of("../../docs/scenarios.md"));
        for (int seed = 0; seed < 500; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final byte[] bytes = example(whole).getBytes(StandardCharsets.UTF_8);
            for (int hits = random.nextInt(1, 6); hits > 0; hits--) {
                bytes[random.nextInt(bytes.length)] = damage(bytes, random);
            }
            try {
                ScenarioFile.parse("s.yaml", bytes);
            } catch (final ScenarioException e) {
                assertTrue(e.getMessage().startsWith("s.yaml:"), e.getMessage());
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
    }

    private static byte damage(final byte[] bytes, final SplittableRandom random) {
        return random.nextBoolean()
                ? bytes[random.nextInt(bytes.length)]
                : (byte) random.nextInt(256);
    }

    private static String example(final byte[] page) {
        final String text = new String(page, StandardCharsets.UTF_8);
        final int start = text.indexOf("```yaml\n") + "```yaml\n".length();
        return text.substring(start, text.indexOf("```", start));
    }
}
