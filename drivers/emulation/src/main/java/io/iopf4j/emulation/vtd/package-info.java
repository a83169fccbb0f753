// SPDX-License-Identifier: Apache-2.0
/**
 * The VT-d model: registers, queues, tables and caches of a remapping unit, in the form of revision
 * 2 (2017: extended contexts, requests of 128 bits, stream responses) and of scalable mode.
 */
package io.iopf4j.emulation.vtd;
