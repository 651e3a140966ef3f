/* SPDX-License-Identifier: GPL-2.0 */
/* apparmor.h - a profile of AppArmor that is allowed everything but to inspect others. */
#ifndef _APPARMOR_H
#define _APPARMOR_H

/* Return: NULL, or why the profile cannot be had. */
const char *apparmor_load(const char *name);
/* The caller has that profile from now on. Return: 0 or errno. */
int apparmor_enter(const char *name);

#endif
