// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A kind of event whose arguments are known: their names, which of them are text, and how the log
 * prints them. QEMU 10.0, {@code hw/i386/trace-events}, {@code hw/arm/trace-events} and {@code
 * hw/virtio/trace-events}.
 */
final class QemuEvent {
    private static final Map<String, QemuEvent> KNOWN = new HashMap<>();

    /** As the architecture numbers what {@code smmuv3_record_event} names: Arm IHI 0070, 7.3. */
    private static final Map<String, Integer> SMMU_EVENTS =
            Map.ofEntries(
                    Map.entry("F_UUT", 0x01),
                    Map.entry("C_BAD_STREAMID", 0x02),
                    Map.entry("F_STE_FETCH", 0x03),
                    Map.entry("C_BAD_STE", 0x04),
                    Map.entry("F_BAD_ATS_TREQ", 0x05),
                    Map.entry("F_STREAM_DISABLED", 0x06),
                    Map.entry("F_TRANS_FORBIDDEN", 0x07),
                    Map.entry("C_BAD_SUBSTREAMID", 0x08),
                    Map.entry("F_CD_FETCH", 0x09),
                    Map.entry("C_BAD_CD", 0x0a),
                    Map.entry("F_WALK_EABT", 0x0b),
                    Map.entry("F_TRANSLATION", 0x10),
                    Map.entry("F_ADDR_SIZE", 0x11),
                    Map.entry("F_ACCESS", 0x12),
                    Map.entry("F_PERMISSION", 0x13),
                    Map.entry("F_TLB_CONFLICT", 0x20),
                    Map.entry("F_CFG_CONFLICT", 0x21),
                    Map.entry("E_PAGE_REQ", 0x24));

    private static final String RECORD_EVENT = "smmuv3_record_event";
    private static final String SMMU_PREFIX = "SMMU_EVT_";

    /** Its place behind the arguments. */
    private static final List<String> RECORD_EVENT_MORE = List.of("reason", "addr");

    static {
        know("vtd_dmar_fault", "sid 0x% fault # addr 0x% write #", "sid", "fault", "addr", "write");
        know("vtd_frr_new", "index # high 0x% low 0x%", "index", "high", "low");
        know("vtd_inv_desc", "type $ high 0x% low 0x%", "$type", "high", "low");
        know("vtd_re_not_present", "Root entry bus # not present", "bus");
        know("vtd_ce_not_present", "Context entry bus # devfn # not present", "bus", "devfn");
        know("smmuv3_record_event", "$ sid=0x%", "$type", "sid");
        know("smmuv3_cmdq_opcode", "<--- $", "$opcode");
        know("smmuv3_trigger_irq", "irq=#", "irq");
        know(
                "virtio_iommu_report_fault",
                "FAULT reason=# flags=# endpoint=# address *=0x%",
                "reason",
                "flags",
                "endpoint",
                "addr");
    }

    private final String name;
    private final List<String> arguments;
    private final Pattern text;
    private final EventFormat format;

    private QemuEvent(final String name, final String line, final String... arguments) {
        this.name = name;
        this.arguments = List.of(arguments);
        text = Pattern.compile("^" + pattern(line) + "\\s*$");
        final String[] fields =
                Stream.concat(
                                this.arguments.stream().map(QemuEvent::plain),
                                (name.equals(RECORD_EVENT) ? RECORD_EVENT_MORE : List.<String>of())
                                        .stream())
                        .toArray(String[]::new);
        format = ValueEvent.format(system(name), name, fields);
    }

    private static void know(final String name, final String line, final String... arguments) {
        KNOWN.put(name, new QemuEvent(name, line, arguments));
    }

    /** A percent sign stands for a number in hex, a hash for a decimal one, a dollar for a word. */
    private static String pattern(final String line) {
        return line.replace("0x%", "0x([0-9a-f]{1,16})")
                .replace("#", "(-?\\d{1,10})")
                .replace("$", "(\\S{1,64})");
    }

    private static String plain(final String argument) {
        return argument.startsWith("$") ? argument.substring(1) : argument;
    }

    /** What groups events: which of QEMU's devices they are of. */
    static String system(final String name) {
        for (final String device :
                List.of("vtd", "smmuv3", "smmu", "virtio_iommu", "amdvi", "riscv_iommu")) {
            if (name.startsWith(device + "_")) {
                return device;
            }
        }
        return "qemu";
    }

    /** An event by its name, null if its arguments are not known. */
    static QemuEvent of(final String name) {
        return KNOWN.get(name);
    }

    int arguments() {
        return arguments.size();
    }

    boolean isText(final int argument) {
        return arguments.get(argument).startsWith("$");
    }

    /** Stands on an event of this kind, whose arguments are put in by {@link #put}. */
    void begin(final long time, final ValueEvent event) {
        event.begin(format, time);
    }

    /** An argument that is a number. */
    void put(final int argument, final long value, final ValueEvent event) {
        event.put(argument, value);
    }

    /**
     * An argument that is a text.
     *
     * @param iova the address that QEMU has last said that it cannot translate, 0 for none
     */
    void put(final int argument, final String value, final long iova, final ValueEvent event) {
        event.put(argument, value);
        if (name.equals(RECORD_EVENT)) {
            final String known =
                    value.startsWith(SMMU_PREFIX) ? value.substring(SMMU_PREFIX.length()) : value;
            event.put(arguments.size(), SMMU_EVENTS.getOrDefault(known, 0));
            event.put(arguments.size() + 1, iova);
        }
    }

    /**
     * Takes a line of the log, behind the name.
     *
     * @return false if it does not look like one of this kind
     */
    boolean read(final String line, final long time, final long iova, final ValueEvent event) {
        final Matcher found = text.matcher(line);
        if (!found.matches()) {
            return false;
        }
        begin(time, event);
        for (int i = 0; i < arguments.size(); i++) {
            final String value = found.group(i + 1);
            if (isText(i)) {
                put(i, value, iova, event);
            } else {
                put(i, number(found, i + 1, line), event);
            }
        }
        return true;
    }

    private static long number(final Matcher found, final int group, final String line) {
        final boolean isHex = line.startsWith("0x", Math.max(0, found.start(group) - 2));
        return isHex
                ? Long.parseUnsignedLong(found.group(group), 16)
                : Long.parseLong(found.group(group));
    }
}
