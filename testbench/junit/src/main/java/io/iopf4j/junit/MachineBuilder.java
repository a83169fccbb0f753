// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.replay.bench.Seams;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** Builds the machine that fields and parameters ask for, or says which of them cannot be. */
final class MachineBuilder {
    /** Says nothing. */
    @Iommu
    private static final class Defaults {}

    private static final Iommu NOTHING = Defaults.class.getAnnotation(Iommu.class);

    private final List<Element> elements;
    private final Iommu ofClass;
    private final String className;

    /**
     * A builder.
     *
     * @param elements all that have to do with this machine
     * @param ofClass what the class says, or null
     * @param className the class, for messages
     */
    MachineBuilder(final List<Element> elements, final Iommu ofClass, final String className) {
        this.elements = List.copyOf(elements);
        this.ofClass = ofClass;
        this.className = className;
    }

    /** Whether an annotation says anything about the machine. */
    static boolean says(final Annotation iommu) {
        return iommu != null && !iommu.equals(NOTHING);
    }

    /**
     * Builds it.
     *
     * @param seed what the outside says, or null for the annotation's
     * @param offset added to the annotation's seed
     */
    Machine build(final Long seed, final int offset) {
        elements.forEach(MachineBuilder::checkType);
        final Element speaker = speaker();
        final Iommu iommu = speaker.iommu();
        final Configuration configuration =
                new Configuration(
                        iommu,
                        speaker.where(),
                        model(speaker),
                        seed == null ? iommu.seed() + offset : seed);
        final List<Seams> between = between(configuration);
        final Element bench = firstOf(GuestBench.class);
        if (bench != null) {
            refuseDriversBeside(bench);
            return new BenchMachine(configuration, between);
        }
        if (!iommu.policy().isEmpty()) {
            throw configuration.refusal(
                    "policy limits the machines of a GuestBench, and there is none here", null);
        }
        if (configuration.isVtd() && iommu.queueEntries() != 0) {
            throw configuration.refusal(
                    "queueEntries of VT-d is the driver's choice, but for a GuestBench", null);
        }
        return new BareMachine(
                configuration,
                between,
                configuration.hasSemantics()
                        || elements.stream().anyMatch(e -> Parts.needsKernelCore(e.type())));
    }

    /** Those of the annotation, then those that a field or parameter asks for; each class once. */
    private List<Seams> between(final Configuration configuration) {
        final Set<Class<?>> types = new LinkedHashSet<>(List.of(configuration.iommu().seams()));
        for (final Element element : elements) {
            if (Parts.isSeams(element.type())) {
                types.add(element.type());
            }
        }
        return types.stream().map(configuration::seams).toList();
    }

    private static void checkType(final Element element) {
        final Class<?> type = element.type();
        if (type != void.class && !Parts.isPart(type) && !Parts.isDriver(type)) {
            throw new ExtensionConfigurationException(
                    element.where()
                            + " is of type "
                            + type.getSimpleName()
                            + ", which is neither a part of the testbench nor a driver's class");
        }
    }

    /** Who says how the machine is built: one at most, or the class. */
    private Element speaker() {
        Element speaker = null;
        for (final Element element : elements) {
            if (says(element.iommu())) {
                if (speaker != null) {
                    throw new ExtensionConfigurationException(
                            "a test has one machine, but both "
                                    + speaker.where()
                                    + " and "
                                    + element.where()
                                    + " say how it is built");
                }
                speaker = element;
            }
        }
        if (speaker != null) {
            return speaker;
        }
        return new Element("class " + className, void.class, ofClass == null ? NOTHING : ofClass);
    }

    private Iommu.Model model(final Element speaker) {
        final List<Element> sayers = new ArrayList<>();
        for (final Element element : elements) {
            if (Parts.modelOf(element.type()) != Iommu.Model.AUTO) {
                sayers.add(element);
            }
        }
        final Iommu.Model said = speaker.iommu().model();
        final Iommu.Model model =
                said != Iommu.Model.AUTO || sayers.isEmpty()
                        ? said
                        : Parts.modelOf(sayers.get(0).type());
        for (final Element element : sayers) {
            if (Parts.modelOf(element.type()) != model) {
                throw new ExtensionConfigurationException(
                        "a machine has one IOMMU, which is "
                                + model
                                + " by "
                                + (said == Iommu.Model.AUTO
                                        ? sayers.get(0).where()
                                        : "@Iommu of " + speaker.where())
                                + ": "
                                + element.where()
                                + " cannot be");
            }
        }
        return model == Iommu.Model.AUTO ? Iommu.Model.SMMUV3 : model;
    }

    private void refuseDriversBeside(final Element bench) {
        for (final Element element : elements) {
            if (Parts.isForDrivers(element.type())
                    || (element.type() != void.class
                            && !Parts.isPart(element.type())
                            && !Parts.isSeams(element.type()))) {
                throw new ExtensionConfigurationException(
                        element.where()
                                + " is for hardware without a driver, but "
                                + bench.where()
                                + " brings its own");
            }
        }
    }

    private Element firstOf(final Class<?> type) {
        return elements.stream().filter(e -> e.type() == type).findFirst().orElse(null);
    }
}
