// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one browser. Without one they are skipped, but where CI is {@code true} in the
 * environment: there they fail.
 */
final class BrowserExtension implements ExecutionCondition, ParameterResolver {
    private static final String MISSING =
            "no Chromium here: apt-get install chromium chromium-driver";

    BrowserExtension() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(final ExtensionContext context) {
        if (Browser.chromium().isPresent() && Browser.driverProgram().isPresent()) {
            return ConditionEvaluationResult.enabled("a browser is installed");
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException(MISSING);
        }
        return ConditionEvaluationResult.disabled(MISSING);
    }

    @Override
    public boolean supportsParameter(
            final ParameterContext parameter, final ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Browser resolveParameter(
            final ParameterContext parameter, final ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(BrowserExtension.class))
                .getOrComputeIfAbsent(Browser.class, key -> new Browser(), Browser.class);
    }
}
