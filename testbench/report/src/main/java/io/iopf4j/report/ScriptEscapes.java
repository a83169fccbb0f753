// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;

/** JSON between script tags: no text in it can end the script or begin a comment. */
final class ScriptEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    private final int[] escapes = standardAsciiEscapesForJSON();

    ScriptEscapes() {
        escapes['<'] = ESCAPE_STANDARD;
        escapes['>'] = ESCAPE_STANDARD;
        escapes['&'] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
        return escapes.clone();
    }

    @Override
    public SerializableString getEscapeSequence(final int character) {
        return null;
    }
}
