# Builds kernel, programs and test programs from the tangled tree build/src.
# Called by the top Makefile after tangling:
#
#   make -f arch/i386/build.mk [OUT=build] [CONFIG="NAME ..."] [CC=...] GOAL
#
# Goals: all (kernel.elf and initramfs.cpio), kernel, tests, bench, plain.
# OUT     where the results go; another OUT can hold another configuration
# CONFIG  words that are given to the kernel's C as -DCONFIG_word
# A new file in build/src needs no change here: build/src.files lists them.

MAKEFLAGS += -rR
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
OUT := build
SRC ?= build/src

run = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

# --- the compiler: what was asked for, else what is found --------------------
ASKED := $(if $(filter default undefined,$(origin CC)),,$(CC))
include arch/i386/flags.mk
TOOLCHAIN := $(OUT)/toolchain$(subst /,-,$(subst $() ,,$(addprefix -,$(ASKED)))).mk
include $(TOOLCHAIN)
$(TOOLCHAIN): arch/i386/toolchain arch/i386/flags.mk
	@mkdir -p $(@D)
	@arch/i386/toolchain '$(ASKED)' $(ALL_FLAGS) > $@.new && mv $@.new $@

# --- what there is to build --------------------------------------------------
FILES := $(file < $(SRC).files)
KERNEL_SRC := $(filter-out user/% tests/%,$(filter %.c %.S,$(FILES)))
LIB_SRC := $(filter user/lib/%.c user/lib/%.S,$(FILES))
BIN_SRC := $(filter user/bin/%.c,$(FILES))
ROOT_SRC := $(filter user/root/%,$(FILES))

KERNEL_OBJ := $(KERNEL_SRC:%=$(OUT)/obj/%.o)
CRT_OBJ := $(OUT)/obj/user/lib/crt.S.o
LIB_OBJ := $(filter-out $(CRT_OBJ),$(LIB_SRC:%=$(OUT)/obj/%.o))
BIN_OBJ := $(BIN_SRC:%=$(OUT)/obj/%.o)
PROGRAMS := $(BIN_SRC:user/bin/%.c=%)
PROGRAM_ELF := $(PROGRAMS:%=$(OUT)/user/%)

GUEST_TESTS := $(basename $(wildcard tests/guest/*.c))
UNIT_TESTS := $(basename $(wildcard tests/unit/*.c))
BENCHES := $(basename $(wildcard tests/bench/*.c))
IN_GUEST := $(GUEST_TESTS) $(BENCHES)

DIRS := $(sort $(dir $(KERNEL_OBJ) $(CRT_OBJ) $(LIB_OBJ) $(BIN_OBJ) \
	$(PROGRAM_ELF) $(IN_GUEST:%=$(OUT)/%) $(UNIT_TESTS:%=$(OUT)/%)))
$(shell mkdir -p $(DIRS))

# Everything is compiled anew when compiler or flags changed.
FLAGS_NOW := $(CC) $(KERNEL_CFLAGS) $(USER_CFLAGS) $(ASFLAGS)
ifneq ($(file < $(OUT)/flags),$(FLAGS_NOW))
$(file > $(OUT)/flags,$(FLAGS_NOW))
endif

.PHONY: all kernel tests bench
all: $(OUT)/kernel.elf $(OUT)/initramfs.cpio
	@:
kernel: $(OUT)/kernel.elf
	@:
tests: $(GUEST_TESTS:%=$(OUT)/%.cpio) $(UNIT_TESTS:%=$(OUT)/%)
bench: $(OUT)/kernel.elf $(BENCHES:%=$(OUT)/%.cpio)

# --- objects -----------------------------------------------------------------
$(OUT)/obj/user/%.c.o: $(SRC)/user/%.c $(OUT)/flags
	$(call run,CC,user/$*.c) $(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/obj/user/%.S.o: $(SRC)/user/%.S $(OUT)/flags
	$(call run,AS,user/$*.S) $(CC) $(USER_CFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/obj/%.c.o: $(SRC)/%.c $(OUT)/flags
	$(call run,CC,$*.c) $(CC) $(KERNEL_CFLAGS) -MMD -MP -c -o $@ $<
$(OUT)/obj/%.S.o: $(SRC)/%.S $(OUT)/flags
	$(call run,AS,$*.S) $(CC) $(KERNEL_CFLAGS) $(ASFLAGS) -MMD -MP -c -o $@ $<

-include $(KERNEL_OBJ:.o=.d) $(CRT_OBJ:.o=.d) $(LIB_OBJ:.o=.d) $(BIN_OBJ:.o=.d)
-include $(IN_GUEST:%=$(OUT)/%.d) $(UNIT_TESTS:%=$(OUT)/%.d)

# --- the kernel, linked twice: without and with its symbol table -------------
$(OUT)/stage1.elf: $(KERNEL_OBJ) arch/i386/kernel.lds $(SRC).files
	$(call run,LD,$@) $(LD) $(KERNEL_LDFLAGS) -o $@ $(KERNEL_OBJ)
$(OUT)/kallsyms.S: $(OUT)/stage1.elf arch/i386/kallsyms
	$(call run,SYMS,$@) NM='$(NM)' OBJDUMP='$(OBJDUMP)' \
		arch/i386/kallsyms $< > $@
$(OUT)/kallsyms.o: $(OUT)/kallsyms.S
	$(call run,AS,$<) $(CC) -c -Wa,--noexecstack -o $@ $<
$(OUT)/kernel.elf: $(OUT)/stage1.elf $(OUT)/kallsyms.o
	$(call run,LD,$@) $(LD) $(KERNEL_LDFLAGS) -o $@ $(KERNEL_OBJ) \
		$(OUT)/kallsyms.o && NM='$(NM)' arch/i386/kallsyms -c $< $@

# --- user programs and the initramfs -----------------------------------------
$(OUT)/libuser.a: $(LIB_OBJ)
	$(call run,AR,$@) rm -f $@ && $(AR) rcsD $@ $(LIB_OBJ)
$(OUT)/user/%: $(OUT)/obj/user/bin/%.c.o $(CRT_OBJ) $(OUT)/libuser.a
	$(call run,LD,$@) $(LD) $(USER_LDFLAGS) -o $@ $(CRT_OBJ) $< $(OUT)/libuser.a

# /init=build/user/init, /bin/ls=build/user/ls, ...
placed = $(foreach p,$(1),$(if $(filter init,$(p)),,/bin/)$(p:init=/init)=$(OUT)/user/$(p))

$(OUT)/initramfs.cpio: $(PROGRAM_ELF) $(ROOT_SRC:%=$(SRC)/%) $(SRC).files \
		arch/i386/initramfs
	$(call run,CPIO,$@) STRIP='$(STRIP)' arch/i386/initramfs $@ \
		$(SRC)/user/root $(call placed,$(PROGRAMS))

# --- tests -------------------------------------------------------------------
# A guest program stands alone on Linux, and as /test/NAME in its own archive,
# where tests/init.c starts it.
$(OUT)/tests/%: tests/%.c $(CRT_OBJ) $(OUT)/libuser.a $(OUT)/flags
	$(call run,TEST,$<) $(CC) $(USER_CFLAGS) -I tests -MMD -MP -MT $@ \
		-MF $@.d -c -o $@.o $< && \
		$(LD) $(USER_LDFLAGS) -o $@ $(CRT_OBJ) $@.o $(OUT)/libuser.a

$(OUT)/tests/%.cpio: $(OUT)/tests/% $(OUT)/tests/init $(OUT)/initramfs.cpio
	@STRIP='$(STRIP)' arch/i386/initramfs $@ $(SRC)/user/root \
		$(call placed,$(filter-out init,$(PROGRAMS))) \
		/init=$(OUT)/tests/init /test/$(notdir $*)=$<

# A unit test is a program of the host that includes the tangled files it tries.
UNIT_CC := $(patsubst clang%,gcc%,$(firstword $(CC))) -m32
$(OUT)/tests/unit/%: tests/unit/%.c $(SRC).files
	$(call run,TEST,$<) $(UNIT_CC) -std=gnu11 -g -O1 -fno-common -Wall -Wextra \
		-Wno-unused-parameter -Wno-unused-function -fno-omit-frame-pointer \
		-fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-DUNIT_TEST -D__KERNEL__ -fno-builtin -I tests/unit -I $(SRC) \
		-I $(SRC)/include -I $(SRC)/include/uapi -MMD -MP -MF $@.d -MT $@ -o $@ $<

.SECONDARY:
