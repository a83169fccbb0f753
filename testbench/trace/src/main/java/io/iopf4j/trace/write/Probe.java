// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.write;

import java.util.ArrayList;
import java.util.List;

/**
 * An event that the writer can record. Fields lie without gaps behind the eight common bytes, as
 * the kernel's {@code trace_kprobe.c} lays them out.
 *
 * @param id the number in the records
 * @param system the event's group
 * @param name the event's name
 * @param fields type and name of each; {@code x} types are unsigned and printed in hex, {@code
 *     str} is a string at the record's end
 */
record Probe(int id, String system, String name, List<String> fields) {
    static final Probe ADD_DEVICE =
            new Probe(100, "iommu", "add_device_to_group", List.of("s32 gid", "str device"));
    static final Probe REMOVE_DEVICE =
            new Probe(101, "iommu", "remove_device_from_group", ADD_DEVICE.fields);
    static final Probe ATTACH =
            new Probe(102, "iommu", "attach_device_to_domain", List.of("str device"));
    static final Probe REPORT =
            iopf(
                    110,
                    "report",
                    "x64 dev,u32 type,x32 flags,u32 pasid,u32 grpid,x32 perm,x64 addr,str name");
    static final Probe REPORT_RET = iopf(111, "report_ret", "s32 ret");
    static final Probe DELIVER =
            iopf(
                    112,
                    "deliver",
                    "x64 group,u32 pasid,u32 grpid,x32 perm,x32 flags,x64 addr,u64 count,"
                            + "u32 cookie,str name");
    static final Probe RESPONSE =
            iopf(
                    113,
                    "response",
                    "x64 group,u32 code,u32 pasid,u32 grpid,x32 perm,x32 flags,x64 addr,"
                            + "u64 count,u32 cookie,str name");
    static final Probe FREE = iopf(114, "free", "x64 group,u32 cookie");
    static final Probe HW_RESPONSE =
            iopf(115, "hw_response", "x64 dev,u32 pasid,u32 grpid,u32 code,x64 addr,str name");
    static final Probe QUEUE_ADD = iopf(116, "queue_add", "x64 dev,str name");
    static final Probe QUEUE_REMOVE = iopf(117, "queue_remove", "x64 dev,str name");
    static final Probe READ = iopf(118, "fread", "x64 file,u64 count");
    static final Probe READ_RET = iopf(119, "fread_ret", "s64 ret");
    static final Probe WRITE = iopf(120, "fwrite", "x64 file,u64 count,u32 cookie,u32 code");
    static final Probe WRITE_RET = iopf(121, "fwrite_ret", "s64 ret");

    static final List<Probe> ALL =
            List.of(
                    ADD_DEVICE,
                    REMOVE_DEVICE,
                    ATTACH,
                    REPORT,
                    REPORT_RET,
                    DELIVER,
                    RESPONSE,
                    FREE,
                    HW_RESPONSE,
                    QUEUE_ADD,
                    QUEUE_REMOVE,
                    READ,
                    READ_RET,
                    WRITE,
                    WRITE_RET);

    private static final int COMMON_BYTES = 8;
    private static final String COMMON =
            field("unsigned short common_type", 0, 2, 0)
                    + field("unsigned char common_flags", 2, 1, 0)
                    + field("unsigned char common_preempt_count", 3, 1, 0)
                    + field("int common_pid", 4, 4, 1);

    private static Probe iopf(final int id, final String name, final String fields) {
        return new Probe(id, "iopf", "iopf_" + name, List.of(fields.split(",", -1)));
    }

    /** The bytes of a field of this type in the record; of a string, those of its locator. */
    static int size(final String field) {
        return field.startsWith("str") || field.startsWith("32", 1) ? 4 : 8;
    }

    /** The text of the tracefs {@code format} file. */
    String formatText() {
        final StringBuilder text = new StringBuilder();
        final List<String> shown = new ArrayList<>();
        final StringBuilder arguments = new StringBuilder();
        int offset = COMMON_BYTES;
        for (final String field : fields) {
            final String name = field.substring(field.indexOf(' ') + 1);
            text.append(field(declaration(field, name), offset, size(field), signed(field)));
            offset += size(field);
            shown.add((name.equals("gid") ? "groupID" : name) + "=" + directive(field));
            final boolean string = field.startsWith("str");
            arguments.append(string ? ", __get_str(" + name + ")" : ", REC->" + name);
        }
        return "name: %s\nID: %d\nformat:\n%s\n%s\nprint fmt: \"%s%s\"%s\n"
                .formatted(
                        name,
                        id,
                        COMMON,
                        text,
                        system.equals("iommu") ? "IOMMU: " : "",
                        String.join(" ", shown),
                        arguments);
    }

    private static String declaration(final String field, final String name) {
        return field.startsWith("str")
                ? "__data_loc char[] " + name
                : field.substring(0, 3).replace('x', 'u') + " " + name;
    }

    private String directive(final String field) {
        final String width = size(field) == 8 ? "L" : "";
        return switch (field.charAt(0)) {
            case 'x' -> "0x%" + width + "x";
            case 'u' -> "%" + width + "u";
            default ->
                    !field.startsWith("str")
                            ? "%" + width + "d"
                            : system.equals("iommu") ? "%s" : "\\\"%s\\\"";
        };
    }

    private static int signed(final String field) {
        return field.startsWith("s") && !field.startsWith("str") ? 1 : 0;
    }

    private static String field(
            final String declaration, final int offset, final int size, final int signed) {
        return "\tfield:%s;\toffset:%d;\tsize:%d;\tsigned:%d;\n"
                .formatted(declaration, offset, size, signed);
    }
}
