// SPDX-License-Identifier: Apache-2.0
/**
 * Shared virtual addressing. {@code IommuSva} binds devices to the address spaces of the host's
 * processes ({@code MmStruct}) and handles their faults; {@code GuestPasidTables} hands a guest's
 * PASID tables to the hardware (2017 and 2018).
 */
package io.iopf4j.core.sva;
