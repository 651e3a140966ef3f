# stub
debug_kernel_dir() { die "debug: not yet"; }
