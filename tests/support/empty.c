/* SPDX-License-Identifier: Apache-2.0 */
typedef int oc_test_support_is_not_empty;
