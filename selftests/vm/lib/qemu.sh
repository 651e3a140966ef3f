# Starts the virtual machine of one run. Uses the variables of run.
# shellcheck shell=bash

qemu_cpu()
{
	if [ -n "$ICOUNT" ]; then
		echo -accel tcg -icount shift=0,sleep=off -smp 1 -cpu max,la57=off
	elif [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then
		echo -accel kvm -smp 2 -cpu host
	else
		echo -accel tcg,thread=multi -smp 2 -cpu max,la57=off
	fi
}

# Takes the place of the calling shell. Its stdout is the port with the guest's status; all else
# goes to plain files, which never make the guest wait for a slow reader. A panic reboots, and a
# reboot ends qemu, without a status. The default machine, pc, routes interrupts by an AML loop, which
# takes the debug kernel half a minute for each device.
qemu_exec()
{
	local kernel=$1 initramfs=$2 root=$3 snapshot=on

	[ -z "$IMAGE" ] || snapshot=off
	exec </dev/null 2>"$RUN/qemu.log"
	# shellcheck disable=SC2046 # options
	TMPDIR=$RUN exec setpriv --pdeathsig KILL qemu-system-x86_64 \
		-machine q35 -nodefaults -no-user-config -display none -no-reboot -m "$MEMORY" \
		$(qemu_cpu) \
		-kernel "$kernel/bzImage" -initrd "$initramfs" \
		-append "console=ttyS0 loglevel=5 oops=panic panic=-1 rcupdate.rcu_cpu_stall_timeout=60 $APPEND" \
		-serial "file:$RUN/console" \
		-drive "if=none,id=root,format=raw,snapshot=$snapshot,cache=unsafe,file=$root" \
		-device virtio-blk-pci,drive=root,serial=root \
		-drive "if=none,id=modules,format=raw,snapshot=on,cache=unsafe,file=$kernel/modules.img" \
		-device virtio-blk-pci,drive=modules,serial=modules \
		-drive "if=none,id=payload,format=raw,readonly=on,file=$RUN/payload.tar" \
		-device virtio-blk-pci,drive=payload,serial=payload \
		-device virtio-serial-pci \
		-chardev file,id=status,path=/dev/stdout \
		-device virtserialport,chardev=status,name=ckpt.status \
		-chardev "file,id=out,path=$RUN/out" \
		-device virtserialport,chardev=out,name=ckpt.out \
		-chardev "file,id=err,path=$RUN/err" \
		-device virtserialport,chardev=err,name=ckpt.err
}
