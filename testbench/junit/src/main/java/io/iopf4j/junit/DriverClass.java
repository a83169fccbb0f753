// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.Errno;
import io.iopf4j.drivers.intel.IntelOptions;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * A driver's class: makes one of what a machine has. A static method {@code probe} goes before
 * constructors; of several the one with the fewest parameters is taken. A driver with a method
 * {@code int error()} that is not 0 afterwards has refused its hardware.
 */
final class DriverClass {
    private static final String PROBE = "probe";

    private final Class<?> type;
    private final String where;

    DriverClass(final Class<?> type, final String where) {
        this.type = type;
        this.where = where;
    }

    Object bind(final Machine machine) {
        final Executable maker = maker(machine);
        final Object[] arguments = new Object[maker.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = argument(machine, maker.getParameterTypes()[i]);
        }
        final Object driver = make(maker, arguments);
        machine.add(driver);
        refuseIfInError(driver);
        return driver;
    }

    private Executable maker(final Machine machine) {
        final List<Executable> makers = new ArrayList<>();
        for (final Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(PROBE)
                    && Modifier.isStatic(method.getModifiers())
                    && method.getReturnType() == type) {
                makers.add(method);
            }
        }
        if (makers.isEmpty()) {
            makers.addAll(List.of(type.getDeclaredConstructors()));
        }
        return makers.stream()
                .filter(maker -> canCall(machine, maker))
                .min(java.util.Comparator.comparingInt(Executable::getParameterCount))
                .orElseThrow(
                        () ->
                                new ExtensionConfigurationException(
                                        where
                                                + ": "
                                                + type.getSimpleName()
                                                + " has neither a constructor nor a static probe"
                                                + " whose parameters are a PlatformDevice, a"
                                                + " Kernel, an IommuCore or other parts of the"
                                                + " testbench"));
    }

    private static boolean canCall(final Machine machine, final Executable maker) {
        for (final Class<?> parameter : maker.getParameterTypes()) {
            if (argument(machine, parameter) == null) {
                return false;
            }
        }
        return true;
    }

    private static Object argument(final Machine machine, final Class<?> parameter) {
        return parameter == IntelOptions.class ? IntelOptions.DEFAULT : machine.part(parameter);
    }

    private Object make(final Executable maker, final Object[] arguments) {
        try {
            maker.setAccessible(true);
            return maker instanceof Method method
                    ? method.invoke(null, arguments)
                    : ((Constructor<?>) maker).newInstance(arguments);
        } catch (final InvocationTargetException e) {
            throw new IllegalStateException(
                    where + ": " + type.getSimpleName() + " fails: " + e.getCause(), e.getCause());
        } catch (final ReflectiveOperationException e) {
            throw new ExtensionConfigurationException(
                    where + ": " + type.getSimpleName() + " cannot be made: " + e, e);
        }
    }

    private void refuseIfInError(final Object driver) {
        final int error;
        try {
            final Method method = type.getMethod("error");
            method.setAccessible(true);
            error = method.invoke(driver) instanceof Integer number ? number : 0;
        } catch (final ReflectiveOperationException e) {
            return; // It does not say.
        }
        if (error != 0) {
            throw new IllegalStateException(
                    where
                            + ": "
                            + type.getSimpleName()
                            + " refuses this hardware: "
                            + Errno.nameOf(error));
        }
    }
}
