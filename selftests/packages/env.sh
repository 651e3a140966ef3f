# How packages are installed in the test: nobody is asked, and DKMS compiles without debug information.
# shellcheck shell=sh
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin KCFLAGS=-g0
