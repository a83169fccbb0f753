// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.walls;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.LocationProvider;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The main classes of every module, and nothing of the libraries around them. */
final class CompiledClasses implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> testClass) {
        return Arrays.stream(ReactorModule.values())
                .map(module -> Location.of(module.classes()))
                .collect(Collectors.toSet());
    }
}
