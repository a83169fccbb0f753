// SPDX-License-Identifier: Apache-2.0
/** Shared virtual addressing: a guest's PASID tables (2017 and 2018). */
package io.iopf4j.core.sva;
