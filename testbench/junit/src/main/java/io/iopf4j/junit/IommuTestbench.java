// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Gives a test an emulated IOMMU, alone or with a driver, virtual machines and a clock.
 *
 * <pre>{@code
 * @ExtendWith(IommuTestbench.class)
 * class EventThreadTest {
 *     @Test
 *     void shouldResumeAStall(
 *             @Iommu(stallEntries = 16) EmulatedSmmu smmu,
 *             @Iommu EventThread driver,
 *             VirtualClock clock) {
 *         SmmuDevice nic = smmu.stallingDevice(8);
 *         DmaAccess read = nic.read(0x1000);
 *         clock.run();
 *         assertThat(smmu.commands()).contains(CMD_RESUME.with("StreamID", 8));
 *     }
 * }
 * }</pre>
 *
 * <p>What a static field marked {@link Iommu} is of, all tests of the class share; instance fields
 * and parameters are of a machine that each test has afresh. (If all marked fields are static, the
 * parameters are of what is shared.) Everything closes itself.
 *
 * <p>After each test the invariants are checked, and an error that no {@code expectError} spoke of
 * fails the test even if its assertions passed. A failure carries, as a suppressed exception, the
 * seed, the line that repeats the test, the last events, registers and queues.
 *
 * <p>The configuration parameter or system property {@code iopf4j.seed} takes the place of every
 * {@link Iommu#seed}.
 */
public final class IommuTestbench
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                ParameterResolver,
                TestTemplateInvocationContextProvider {
    private static final Namespace NAMESPACE = Namespace.create(IommuTestbench.class);
    private static final String SHARED = "shared";
    private static final String FRESH = "fresh";
    private static final String SEED = "iopf4j.seed";

    /** JUnit makes it. */
    public IommuTestbench() {}

    // ---- Machines come and go -------------------------------------------------------------------

    @Override
    public void beforeAll(final ExtensionContext context) {
        final List<Field> fields = Element.fields(context.getRequiredTestClass(), true);
        if (!fields.isEmpty()) {
            fields.forEach(IommuTestbench::refuseFinal);
            final Machine machine =
                    builder(context, fields.stream().map(Element::of).toList())
                            .build(seed(context), 0);
            store(context).put(SHARED, machine);
            fields.forEach(field -> fill(field, null, machine));
        }
    }

    @Override
    public void beforeEach(final ExtensionContext context) {
        if (!AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), Seeds.class)) {
            begin(context, 0);
        }
    }

    private static void begin(final ExtensionContext context, final int offset) {
        final Machine shared = store(context).get(SHARED, Machine.class);
        final List<Object> instances = context.getRequiredTestInstances().getAllInstances();
        final List<Element> elements = new ArrayList<>();
        for (final Object instance : instances) {
            for (final Field field : Element.fields(instance.getClass(), false)) {
                refuseFinal(field);
                elements.add(Element.of(field));
            }
        }
        final boolean hasFields = !elements.isEmpty();
        final Method test = context.getRequiredTestMethod();
        final List<Element> parameters = Element.parameters(context.getRequiredTestClass(), test);
        final Element method = Element.of(test);
        if (shared != null && !hasFields) {
            parameters.forEach(IommuTestbench::refuseWords);
            refuseWords(method);
            if (AnnotationSupport.isAnnotated(test, Seeds.class)) {
                throw new ExtensionConfigurationException(
                        "@Seeds of "
                                + method.where()
                                + " needs a machine for each seed, but static fields share one");
            }
            return;
        }
        elements.addAll(parameters);
        if (method.iommu() != null) {
            elements.add(method);
        }
        if (elements.isEmpty()) {
            return;
        }
        final Machine machine = builder(context, elements).build(seed(context), offset);
        store(context).put(FRESH, machine);
        for (final Object instance : instances) {
            Element.fields(instance.getClass(), false)
                    .forEach(field -> fill(field, instance, machine));
        }
    }

    private static MachineBuilder builder(
            final ExtensionContext context, final List<Element> elements) {
        final Class<?> type = context.getRequiredTestClass();
        Iommu ofClass = null;
        for (Class<?> of = type; of != null && ofClass == null; of = of.getEnclosingClass()) {
            ofClass = AnnotationSupport.findAnnotation(of, Iommu.class).orElse(null);
        }
        return new MachineBuilder(elements, ofClass, type.getSimpleName());
    }

    private static Long seed(final ExtensionContext context) {
        return context.getConfigurationParameter(SEED)
                .map(
                        text -> {
                            try {
                                return Long.valueOf(text);
                            } catch (final NumberFormatException e) {
                                throw new ExtensionConfigurationException(
                                        SEED + " must be a number of 64 bits: " + text, e);
                            }
                        })
                .orElse(null);
    }

    private static Store store(final ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    // ---- Fields and parameters ------------------------------------------------------------------

    private static void refuseFinal(final Field field) {
        if (Modifier.isFinal(field.getModifiers())) {
            throw new ExtensionConfigurationException(
                    Element.of(field).where() + " is final: the testbench cannot fill it");
        }
    }

    private static void refuseWords(final Element element) {
        if (MachineBuilder.says(element.iommu())) {
            throw new ExtensionConfigurationException(
                    element.where()
                            + " says how its machine is built, but that is shared: say it at a"
                            + " static field or at the class");
        }
    }

    private static void fill(final Field field, final Object instance, final Machine machine) {
        try {
            field.setAccessible(true);
            field.set(instance, value(Element.of(field), machine));
        } catch (final IllegalAccessException e) {
            throw new ExtensionConfigurationException(
                    Element.of(field).where() + " cannot be filled: " + e.getMessage(), e);
        }
    }

    private static Object value(final Element element, final Machine machine) {
        if (!Parts.isPart(element.type())) {
            final Object made = machine.made(element.type());
            if (made == null && Parts.isSeams(element.type())) {
                throw absent(element);
            }
            return made != null
                    ? made
                    : new DriverClass(element.type(), element.where()).bind(machine);
        }
        final Object part = machine.part(element.type());
        if (part == null) {
            throw absent(element);
        }
        return part;
    }

    private static ExtensionConfigurationException absent(final Element element) {
        return new ExtensionConfigurationException(
                element.where()
                        + ": the machine was built without a "
                        + element.type().getSimpleName()
                        + ", because nothing asked for one when it was");
    }

    @Override
    public boolean supportsParameter(
            final ParameterContext parameterContext, final ExtensionContext context) {
        return Element.of(parameterContext.getParameter()).isOurs();
    }

    @Override
    public Object resolveParameter(
            final ParameterContext parameterContext, final ExtensionContext context) {
        final Element element = Element.of(parameterContext.getParameter());
        if (parameterContext.getDeclaringExecutable() instanceof Constructor) {
            throw new ExtensionConfigurationException(
                    element.where()
                            + ": a constructor runs before there is a machine; take a field");
        }
        final Machine fresh = store(context).get(FRESH, Machine.class);
        final Machine machine = fresh == null ? store(context).get(SHARED, Machine.class) : fresh;
        if (machine == null) {
            throw new ExtensionConfigurationException(
                    element.where()
                            + ": before the tests there is only what static fields share, and"
                            + " there are none");
        }
        return value(element, machine);
    }

    // ---- After each test ------------------------------------------------------------------------

    @Override
    public void afterEach(final ExtensionContext context) {
        final Throwable failure = context.getExecutionException().orElse(null);
        for (final String key : List.of(FRESH, SHARED)) {
            final Machine machine = store(context).get(key, Machine.class);
            if (machine != null && !(failure instanceof TestAbortedException)) {
                judge(machine, failure, context);
            }
        }
    }

    private static void judge(
            final Machine machine, final Throwable failure, final ExtensionContext context) {
        if (failure != null) {
            Evidence.add(failure, machine, context);
            machine.recorder().errors().forget();
            return;
        }
        final List<String> complaints = machine.complaints();
        if (!complaints.isEmpty()) {
            final AssertionFailedError error =
                    new AssertionFailedError(
                            complaints.size() == 1
                                    ? complaints.get(0)
                                    : complaints.size()
                                            + " complaints:\n  "
                                            + String.join("\n  ", complaints));
            Evidence.add(error, machine, context);
            machine.recorder().errors().forget();
            throw error;
        }
        machine.recorder().errors().forget();
    }

    // ---- Several seeds --------------------------------------------------------------------------

    @Override
    public boolean supportsTestTemplate(final ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), Seeds.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
            final ExtensionContext context) {
        final int count =
                AnnotationSupport.findAnnotation(context.getTestMethod(), Seeds.class)
                        .orElseThrow()
                        .value();
        if (count < 1) {
            throw new ExtensionConfigurationException(
                    "@Seeds of "
                            + Element.of(context.getRequiredTestMethod()).where()
                            + " must be of at least 1 seed: "
                            + count);
        }
        return seed(context) == null
                ? IntStream.range(0, count).mapToObj(SeedInvocation::new)
                : Stream.of(new SeedInvocation(0));
    }

    /** One of several seeds. */
    private record SeedInvocation(int offset)
            implements TestTemplateInvocationContext, BeforeEachCallback {
        @Override
        public String getDisplayName(final int invocationIndex) {
            return "seed " + invocationIndex;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public void beforeEach(final ExtensionContext context) {
            begin(context, offset);
        }
    }
}
