// SPDX-License-Identifier: Apache-2.0
/**
 * What VT-d's driver makes of a guest's PASID table and invalidations in the 2017 and 2018 series:
 * pure functions with the errnos in their order, for the driver to call before it acts.
 */
package io.iopf4j.api.vtd;
