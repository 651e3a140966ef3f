/* SPDX-License-Identifier: GPL-2.0 */
/* compat/hex.h - hexadecimal digits. */
#ifndef _CKPT_COMPAT_HEX_H
#define _CKPT_COMPAT_HEX_H

#include <linux/kernel.h>
#include <linux/version.h>

/* Split from kernel.h, which includes it no longer. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#endif

#endif
