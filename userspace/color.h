/* SPDX-License-Identifier: GPL-2.0 */
/* color.h - colours of the classes of findings. */
#ifndef COLOR_H
#define COLOR_H

#include "tool.h"

void colors_init(const struct options *opt);
bool colors_wanted(void);
const char *color_of(enum ckptcheck_class cls);

#endif
