/* SPDX-License-Identifier: Apache-2.0 */
/* Image: the file of the launcher, as the library carries it; see image.S. */
#ifndef NSX_IMAGE_H
#define NSX_IMAGE_H

#include <stdint.h>

extern const char nsx_image[] __attribute__((visibility("hidden")));
extern const uint64_t nsx_image_bytes __attribute__((visibility("hidden")));

#endif
