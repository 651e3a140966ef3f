# SPDX-License-Identifier: GPL-2.0
# Makefile - builds, installs, checks and shows ckptcheck; `make help` lists the targets.

KERNELDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr
DESTDIR ?=
# Kernels that `make lint` builds for; ids of selftests/vm/run --list.
LINT_KERNEL ?= 6.12

VM := selftests/vm

all: modules tool

help:
	@echo 'make              build the module for KERNELDIR, and the command'
	@echo 'make modules      the module alone'
	@echo 'make tool         the command alone'
	@echo 'make install      install both (DESTDIR=, PREFIX=$(PREFIX))'
	@echo 'make demo         show it in a virtual machine; installs what is missing'
	@echo 'make check        all tests of a commit, in virtual machines'
	@echo 'make check-long   the whole oracle, a whole system, every kernel, the sanitizers'
	@echo 'make bench        our read against procfs, lsof and lsfd'
	@echo 'make lint         checkpatch, sparse, shellcheck'
	@echo 'make clean        remove everything that was built'

modules:
	@test -d $(KERNELDIR) || { \
		echo "make: $(KERNELDIR): no such directory; install the kernel's headers" \
		     "(linux-headers-$$(uname -r)) or give KERNELDIR=" >&2; exit 1; }
	$(MAKE) -C $(KERNELDIR) M=$(CURDIR) modules

tool:
	$(MAKE) -C userspace

install: modules tool
	$(MAKE) -C $(KERNELDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C userspace install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	install -D -m 0644 uapi/linux/ckptcheck.h $(DESTDIR)$(PREFIX)/include/linux/ckptcheck.h
	install -D -m 0644 packaging/modprobe.d/ckptcheck.conf \
		$(DESTDIR)/etc/modprobe.d/ckptcheck.conf
	install -D -m 0644 packaging/systemd/proc-ckptcheck.mount \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/proc-ckptcheck.mount
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system \
		packaging/systemd/ckptcheck-openmetrics.timer \
		packaging/systemd/ckptcheck-openmetrics.service
	sed -i 's|/usr/bin/|$(PREFIX)/bin/|' \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/ckptcheck-openmetrics.service
	install -D -m 0644 packaging/prometheus/ckptcheck.rules.yml \
		$(DESTDIR)$(PREFIX)/share/doc/ckptcheck/examples/ckptcheck.rules.yml

deps:
	$(VM)/install-deps

demo: deps
	$(MAKE) tool
	selftests/demo/run

bench: deps
	$(MAKE) tool
	selftests/bench/run

check: deps
	selftests/check

check-long: deps
	selftests/check --long

lint: deps
	selftests/lint $(LINT_KERNEL)

clean:
	find Kbuild kmod -name '*.o' -o -name '.*.cmd' -o -name '*.o.d' | xargs -r rm -f
	rm -rf *.ko *.mod *.mod.c *.o .*.cmd Module.symvers modules.order .tmp_versions .module-common.o
	$(MAKE) -C userspace clean
	$(MAKE) -C selftests clean

.PHONY: all help modules tool install deps demo bench check check-long lint clean
