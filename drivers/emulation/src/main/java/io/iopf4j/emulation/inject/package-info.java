// SPDX-License-Identifier: Apache-2.0
/**
 * What goes wrong with hardware, put between a driver and a model by composition. Each injector is
 * one class that asks a {@link io.iopf4j.emulation.inject.Chance} whether to act this time; all
 * chance comes from seeds, all time from the scheduler. What is not composed costs nothing.
 */
package io.iopf4j.emulation.inject;
