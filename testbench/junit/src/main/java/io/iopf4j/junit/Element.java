// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * A field or parameter that wants something of a machine, or a method that says how it is built.
 *
 * @param where its name, for messages
 * @param type what it wants; {@code void} of a method
 * @param iommu what it says of the machine, or null
 */
record Element(String where, Class<?> type, Iommu iommu) {
    static Element of(final Field field) {
        return new Element(
                "field " + field.getDeclaringClass().getSimpleName() + "." + field.getName(),
                field.getType(),
                iommu(field));
    }

    static Element of(final Parameter parameter) {
        final Executable of = parameter.getDeclaringExecutable();
        final int number = List.of(of.getParameters()).indexOf(parameter) + 1;
        return new Element(
                "parameter "
                        + (parameter.isNamePresent() ? parameter.getName() : number)
                        + " ("
                        + parameter.getType().getSimpleName()
                        + ") of "
                        + of.getDeclaringClass().getSimpleName()
                        + "."
                        + of.getName(),
                parameter.getType(),
                iommu(parameter));
    }

    static Element of(final Method method) {
        return new Element(
                "method " + method.getDeclaringClass().getSimpleName() + "." + method.getName(),
                void.class,
                iommu(method));
    }

    private static Iommu iommu(final java.lang.reflect.AnnotatedElement of) {
        return AnnotationSupport.findAnnotation(of, Iommu.class).orElse(null);
    }

    /** Whether the extension has to do with it. */
    boolean isOurs() {
        return iommu != null || Parts.isPart(type);
    }

    /** What a class, with those it extends, wants in its fields. */
    static List<Field> fields(final Class<?> type, final boolean isStatic) {
        return AnnotationSupport.findAnnotatedFields(
                type,
                Iommu.class,
                field -> Modifier.isStatic(field.getModifiers()) == isStatic,
                HierarchyTraversalMode.TOP_DOWN);
    }

    /** What a test and what runs before and after it want in their parameters. */
    static List<Element> parameters(final Class<?> type, final Method test) {
        final List<Method> methods = new ArrayList<>();
        methods.add(test);
        for (Class<?> of = type; of != null; of = of.getEnclosingClass()) {
            methods.addAll(
                    AnnotationSupport.findAnnotatedMethods(
                            of, BeforeEach.class, HierarchyTraversalMode.TOP_DOWN));
            methods.addAll(
                    AnnotationSupport.findAnnotatedMethods(
                            of, AfterEach.class, HierarchyTraversalMode.TOP_DOWN));
        }
        final List<Element> elements = new ArrayList<>();
        for (final Method method : methods) {
            for (final Parameter parameter : method.getParameters()) {
                final Element element = of(parameter);
                if (element.isOurs()) {
                    elements.add(element);
                }
            }
        }
        return elements;
    }
}
