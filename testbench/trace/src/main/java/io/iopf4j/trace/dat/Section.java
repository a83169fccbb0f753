// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

/**
 * A section of version 7 as its header in the file describes it.
 *
 * @param id what it holds, one of the numbers here or one that is not known
 * @param packed whether its contents are compressed
 * @param offset where its header lies in the file
 * @param end behind its contents, never behind the end of the file
 */
record Section(int id, boolean packed, long offset, long end) {
    static final int OPTIONS = 0;
    static final int BUFFER = 3;
    static final int STRINGS = 15;
    static final int HEADER_INFO = 16;
    static final int FTRACE_EVENTS = 17;
    static final int EVENT_FORMATS = 18;
    static final int KALLSYMS = 19;
    static final int PRINTK = 20;
    static final int CMDLINES = 21;
    static final int BUFFER_TEXT = 22;

    /** The highest number that is known. */
    static final int LAST = 25;

    /** Bytes before the contents: number, flags, name and size. */
    static final int HEADER_SIZE = 16;

    /** Where the contents begin. */
    long start() {
        return offset + HEADER_SIZE;
    }

    /** What a section is called in messages. */
    static String name(final int id) {
        return switch (id) {
            case OPTIONS -> "the options";
            case BUFFER -> "the event data of a buffer";
            case STRINGS -> "the section names";
            case HEADER_INFO -> "the header pages";
            case FTRACE_EVENTS -> "the ftrace event formats";
            case EVENT_FORMATS -> "the event formats";
            case KALLSYMS -> "the kernel symbols";
            case PRINTK -> "the printk formats";
            case CMDLINES -> "the saved_cmdlines";
            case BUFFER_TEXT -> "the text of a buffer";
            default -> "an unknown section (" + id + ")";
        };
    }
}
