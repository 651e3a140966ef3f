/* SPDX-License-Identifier: GPL-2.0 */
/* compat/tty.h - job control of a terminal: members of tty_struct before 5.14, a group since. */
#ifndef _CKPT_COMPAT_TTY_H
#define _CKPT_COMPAT_TTY_H

#include <linux/tty.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)

#define CKPT_TTY_SESSION(tty)	((tty)->session)
#define CKPT_TTY_PGRP(tty)	((tty)->pgrp)
#define CKPT_TTY_CTRL_LOCK(tty)	(&(tty)->ctrl_lock)

#else

#define CKPT_TTY_SESSION(tty)	((tty)->ctrl.session)
#define CKPT_TTY_PGRP(tty)	((tty)->ctrl.pgrp)
#define CKPT_TTY_CTRL_LOCK(tty)	(&(tty)->ctrl.lock)

#endif

#endif
