# Judges the guest's kernel log.
# shellcheck shell=bash

SPLATS='(^|[^A-Za-z])BUG[: ]|WARNING: |Oops|KASAN|UBSAN|possible recursive locking|possible circular locking|possible irq lock inversion|inconsistent lock state|inconsistent \{|suspicious RCU usage|sleeping function called from invalid context|hung task|blocked for more than|soft lockup|hard LOCKUP|detected stalls|self-detected stall|refcount_t:|unreferenced object|general protection fault|Kernel panic|Call Trace|lock held when returning|still has locks held|held lock freed|scheduling while atomic|ODEBUG|double fault|list_(add|del) corruption|nobody cared'
# The kernel's own marks for what went wrong: bad page, died, warned, soft lockup.
# shellcheck disable=SC2034 # for run
TAINTS=$((32 | 128 | 512 | 16384))

# The kernel has data races of its own, which KCSAN reports as well: without "BUG:" those are no
# splats. Ours are in the module, or in what it called.
klog_races_of_others()
{
	LC_ALL=C awk '
		function flush(	i) {
			for (i = 1; i <= n; i++) {
				if (race && !ours)
					sub(/BUG: KCSAN: data-race/, "race of others:", lines[i])
				print lines[i]
			}
			n = race = ours = 0
		}
		/BUG: KCSAN: / { flush(); race = 1 }
		{ lines[++n] = $0 }
		/\[ckptcheck\]/ { ours = 1 }
		!race || /=====/ { flush() }
		END { flush() }' "$1"
}

# Prints the part of a log from the first splat on; fails if there is none.
klog_splat()
{
	local line

	line=$(klog_races_of_others "$1" | grep -naE -m 1 "$SPLATS" | cut -d : -f 1)
	[ -n "$line" ] || return 1
	klog_races_of_others "$1" | tail -n "+$((line > 5 ? line - 5 : 1))" | head -n 200 |
		tr -d '\r'
}

# klog_gist SPLAT: the first complaint, and where the processor was, in a line
klog_gist()
{
	{
		grep -aE -m 1 "$SPLATS" "$1"
		grep -aE -m 1 'RIP: ' "$1"
	} | sed 's/^\[[^]]*\] *//' | paste -s -d ' '
}

# klog_is_qemus SPLAT: QEMU without KVM may fail at a breakpoint that the kernel sets for a moment when
# it patches its own code while a second processor runs that (seen without our module as well, on a
# kernel that boots). Whatever our module has a part in is no such case.
klog_is_qemus()
{
	grep -aE -m 1 "$SPLATS" "$1" | grep -q 'int3: 0000' && ! grep -qF '[ckptcheck]' "$1"
}
