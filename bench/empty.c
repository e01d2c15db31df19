/* SPDX-License-Identifier: Apache-2.0 */
/* An object that holds nothing: what it costs to preload anything at all. */
extern int bench_empty;
int bench_empty = 1;
