# What gdb must know about the kernel; arch/i386/gdb then connects it to QEMU.
# The lines it shows are those of fork.nw, named relative to the top folder.
set architecture i386
set confirm off
set pagination off
set print pretty on
set directories .
set auto-load safe-path .

