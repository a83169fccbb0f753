// SPDX-License-Identifier: Apache-2.0
/**
 * Mitigations: who may have how many faults outstanding, and what ends them. Debated in December
 * 2017, never landed in Linux. Start at {@code FaultPolicy}; {@code FaultGate} enforces them in
 * front of any semantics profile.
 */
package io.iopf4j.core.policy;
