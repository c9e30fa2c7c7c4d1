# Compiler and linker flags of everything that runs in the machine.
# The names in UNKNOWN (from build/toolchain.mk) are flags that the compiler at
# hand does not know; they are left out, so that gcc and clang share the list.

# What the compiler must not assume, for kernel and user programs alike.
CODE_FLAGS = -march=i686 -ffreestanding -std=gnu11 -O2 -g \
	-fno-pic -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common \
	-fno-tree-loop-distribute-patterns

# The kernel passes arguments in registers, copies with rep movsl (one
# instruction a word), owns no FPU state, keeps its stack aligned to 4 bytes;
# the second spelling of the last is clang's.
KERNEL_FLAGS = -mregparm=3 -mtune=generic -mstringop-strategy=rep_4byte \
	-mno-sse -mno-mmx -mno-80387 -mpreferred-stack-boundary=2 \
	-mstack-alignment=4

USER_FLAGS = -ffunction-sections -fdata-sections

# (gcc 12 takes a wait queue entry on the stack, linked into a list, for a leak.)
WARN_FLAGS = -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
	-Wdeclaration-after-statement -Wno-unused-parameter \
	-Wno-dangling-pointer -Werror

ALL_FLAGS = $(CODE_FLAGS) $(KERNEL_FLAGS) $(USER_FLAGS) $(WARN_FLAGS)

known = $(filter-out $(UNKNOWN),$(1))

# Debug information names files relative to the top folder.
HERE_FLAGS = -fdebug-prefix-map='$(CURDIR)'=.

KERNEL_CFLAGS = $(call known,$(CODE_FLAGS) $(KERNEL_FLAGS) $(WARN_FLAGS)) \
	$(HERE_FLAGS) -D__KERNEL__ $(addprefix -DCONFIG_,$(CONFIG)) \
	-nostdinc -I $(SRC)/include -I $(SRC)/include/uapi

USER_CFLAGS = $(call known,$(CODE_FLAGS) $(USER_FLAGS) $(WARN_FLAGS)) \
	$(HERE_FLAGS) -nostdinc -I $(SRC)/user/include \
	-I $(SRC)/include/uapi

ASFLAGS = -D__ASSEMBLY__ -Wa,--noexecstack

KERNEL_LDFLAGS = -m elf_i386 -nostdlib -static --build-id=none \
	-z noexecstack -z max-page-size=4096 --orphan-handling=error \
	-T arch/i386/kernel.lds

USER_LDFLAGS = -m elf_i386 -nostdlib -static --build-id=none \
	-z noexecstack -z max-page-size=4096 -z noseparate-code --gc-sections
