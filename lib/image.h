/* SPDX-License-Identifier: Apache-2.0 */
/* Image: the file of the launcher, as the library carries it; see image.S. */
#ifndef NSX_IMAGE_H
#define NSX_IMAGE_H

extern const char nsx_image[] __attribute__((visibility("hidden")));
extern const char nsx_image_end[] __attribute__((visibility("hidden")));

#endif
