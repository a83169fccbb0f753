// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs with several seeds, each on a fresh machine: the one that {@link Iommu#seed}
 * says and those after it. With {@code -Diopf4j.seed} it runs with that one alone. In place of
 * {@code @Test}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(IommuTestbench.class)
public @interface Seeds {
    /**
     * How many.
     *
     * @return at least 1
     */
    int value();
}
