// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.io.IOException;
import java.io.StringReader;
import java.util.Properties;

/** The library that draws a page's charts, as its makers published it: uPlot. */
final class PageLibrary {
    private static final String ABOUT = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";
    private static final String FILES = "/META-INF/resources/webjars/uplot/";

    private PageLibrary() {}

    /** The script, below its licence. */
    static String script() throws IOException {
        return "/*\nuPlot "
                + version()
                + "\n\n"
                + file("LICENSE").strip()
                + "\n*/\n"
                + file("dist/uPlot.iife.min.js");
    }

    static String style() throws IOException {
        return file("dist/uPlot.min.css");
    }

    private static String file(final String name) throws IOException {
        return Resources.text(FILES + version() + "/" + name);
    }

    private static String version() throws IOException {
        final Properties about = new Properties();
        about.load(new StringReader(Resources.text(ABOUT)));
        return about.getProperty("version");
    }
}
