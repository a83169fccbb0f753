// SPDX-License-Identifier: Apache-2.0
/** PCI functions with address translation services, page requests and PASIDs, and their bus. */
package io.iopf4j.emulation.pci;
