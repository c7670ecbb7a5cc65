/* What guest programs must know of the machine they are compiled for. */
#ifndef MACHINE_H
#define MACHINE_H

#include "guest.h"
#include <ucontext.h>

/*
 * MACHINE          what uname(2) says
 * PC(u)            the PC in a ucontext_t
 * RESUME(u, at)    have a handler go on there
 * LOAD, STORE      four bytes at %0
 * UNDEFINED        an undefined instruction of UNDEFINED_SIZE bytes
 * AFTER_UNDEFINED  where PC is then, from the instruction on
 * ILL_CODE         its si_code
 * TRAP, TRAP_CODE  a breakpoint and its si_code; TRAP_SIGNAL
 * SCRATCH          a register that LOAD and STORE use
 * ADDRESS          the constraint of a register that may hold an address
 */
#define ADDRESS "r"
#define AFTER_UNDEFINED 0
#define ILL_CODE ILL_ILLOPC
#define TRAP_CODE TRAP_BRKPT
#define TRAP_SIGNAL SIGTRAP
#define UNDEFINED_SIZE 4
#define RESUME(u, at) (PC(u) = (at))

#if defined __x86_64__
#define MACHINE "x86_64"
#define PC(u) ((u)->uc_mcontext.gregs[REG_RIP])
#define LOAD "mov (%0), %%eax"
#define STORE "movl $1, (%0)"
#define SCRATCH "rax"
#define UNDEFINED "ud2"
#undef UNDEFINED_SIZE
#define UNDEFINED_SIZE 2
#define TRAP "int3"
#undef TRAP_CODE
#define TRAP_CODE SI_KERNEL
#undef ILL_CODE
#define ILL_CODE ILL_ILLOPN

#elif defined __i386__
#define MACHINE "i686"
#define PC(u) ((u)->uc_mcontext.gregs[REG_EIP])
#define LOAD "mov (%0), %%eax"
#define STORE "movl $1, (%0)"
#define SCRATCH "eax"
#define UNDEFINED "ud2"
#undef UNDEFINED_SIZE
#define UNDEFINED_SIZE 2
#define TRAP "int3"
#undef TRAP_CODE
#define TRAP_CODE SI_KERNEL
#undef ILL_CODE
#define ILL_CODE ILL_ILLOPN

#elif defined __arm__
#ifdef __ARMEB__
#define MACHINE "armv7b"
#else
#define MACHINE "armv7l"
#endif
#define PC(u) ((u)->uc_mcontext.arm_pc)
#define LOAD "ldr r3, [%0]"
#define STORE "str r3, [%0]"
#define SCRATCH "r3"
#ifdef __thumb__
#define UNDEFINED ".inst.n 0xde02"
#undef UNDEFINED_SIZE
#define UNDEFINED_SIZE 2
#define TRAP ".inst.n 0xde01"
#else
#define UNDEFINED ".inst 0xe7f000f2"
#define TRAP ".inst 0xe7f001f0"
#endif

#elif defined __aarch64__
#ifdef __AARCH64EB__
#define MACHINE "aarch64_be"
#else
#define MACHINE "aarch64"
#endif
#define PC(u) ((u)->uc_mcontext.pc)
#define LOAD "ldr w9, [%0]"
#define STORE "str w9, [%0]"
#define SCRATCH "x9"
#define UNDEFINED ".inst 0"
#define TRAP "brk #0"

#elif defined __riscv
#define MACHINE (__riscv_xlen == 64 ? "riscv64" : "riscv32")
#define PC(u) ((u)->uc_mcontext.__gregs[0])
#define LOAD "lw t0, (%0)"
#define STORE "sw t0, (%0)"
#define SCRATCH "t0"
#define UNDEFINED ".2byte 0"
#undef UNDEFINED_SIZE
#define UNDEFINED_SIZE 2
#define TRAP "ebreak"

#elif defined __powerpc64__
#ifdef __LITTLE_ENDIAN__
#define MACHINE "ppc64le"
#else
#define MACHINE "ppc64"
#endif
#define PC(u) ((u)->uc_mcontext.gp_regs[32])
#undef ADDRESS
#define ADDRESS "b"
#define LOAD "lwz 9, 0(%0)"
#define STORE "stw 9, 0(%0)"
#define SCRATCH "r9"
#define UNDEFINED ".long 0"
#define TRAP "trap"

#elif defined __powerpc__
#define MACHINE "ppc"
#define PC(u) ((u)->uc_mcontext.gregs[32])
#undef ADDRESS
#define ADDRESS "b"
#define LOAD "lwz 9, 0(%0)"
#define STORE "stw 9, 0(%0)"
#define SCRATCH "r9"
#define UNDEFINED ".long 0"
#define TRAP "trap"

#elif defined __s390x__
#define MACHINE "s390x"
#define PC(u) ((u)->uc_mcontext.psw.addr)
#undef ADDRESS
#define ADDRESS "a"
#define LOAD "l %%r1, 0(%0)"
#define STORE "st %%r1, 0(%0)"
#define SCRATCH "r1"
#define UNDEFINED ".short 0"
#undef UNDEFINED_SIZE
#define UNDEFINED_SIZE 2
#undef AFTER_UNDEFINED
#define AFTER_UNDEFINED 2
#define TRAP ".short 1"
#undef TRAP_SIGNAL
#define TRAP_SIGNAL SIGILL /* only a tracer gets SIGTRAP */
#undef TRAP_CODE
#define TRAP_CODE ILL_ILLOPC

#elif defined __mc68000__
#define MACHINE "m68k"
#define PC(u) ((u)->uc_mcontext.gregs[R_PC])
#undef ADDRESS
#define ADDRESS "a"
#define LOAD "move.l (%0), %%d0"
#define STORE "move.l %%d0, (%0)"
#define SCRATCH "d0"
#define UNDEFINED "illegal"
#undef UNDEFINED_SIZE
#define UNDEFINED_SIZE 2
#define TRAP "trap #15"

#elif defined __mips__
#ifdef __mips64
#define MACHINE "mips64"
#else
#define MACHINE "mips"
#endif
#undef ILL_CODE
#define ILL_CODE SI_KERNEL
#define PC(u) ((u)->uc_mcontext.pc)
#define LOAD "lw $12, 0(%0)"
#define STORE "sw $12, 0(%0)"
#define SCRATCH "$12"
#define UNDEFINED ".word 0xec000000"
#define TRAP "break"

#elif defined __sparc__
#ifdef __arch64__
#define MACHINE "sparc64"
/* handlers get a struct sigcontext, of which glibc tells the places */
#define PC(u) (((unsigned long *)(u))[16 + 17])
#else
#define MACHINE "sparc64" /* as its kernel says to programs of 32 bits */
#define PC(u) (((unsigned long *)(u))[1]) /* handlers get a struct pt_regs */
#endif
#undef RESUME
#define RESUME(u, at) (PC(u) = (at), (&PC(u))[1] = PC(u) + 4)
#define LOAD "lduw [%0], %%g1"
#define STORE "stw %%g1, [%0]"
#define SCRATCH "g1"
#define UNDEFINED ".word 0"
#define TRAP "ta 1"
#endif

/* Writes a function that returns a number below 2048; its size. */
static inline size_t emit(unsigned char *p, int v)
{
#if defined __x86_64__ || defined __i386__
    unsigned char code[6] = {0xb8, v, v >> 8, v >> 16, v >> 24, 0xc3};
#elif defined __aarch64__
    unsigned insn = 0x52800000 | v << 5; /* instructions are little-endian on any */
    unsigned char code[8] = {insn, insn >> 8, insn >> 16, insn >> 24, 0xc0, 0x03, 0x5f, 0xd6};
#elif defined __riscv
    uint32_t code[2] = {0x513 | v << 20, 0x8067};
#elif defined __powerpc__
    uint32_t code[2] = {0x38600000 | v, 0x4e800020};
#elif defined __s390x__
    unsigned char code[6] = {0xa7, 0x29, v >> 8, v, 0x07, 0xfe};
#elif defined __mc68000__
    unsigned char code[8] = {0x20, 0x3c, 0, 0, v >> 8, v, 0x4e, 0x75}; /* move.l #v, %d0; rts */
#elif defined __mips__
    uint32_t code[2] = {0x03e00008, 0x24020000 | v}; /* jr $ra; li $v0 in its delay slot */
#elif defined __sparc__
    uint32_t code[2] = {0x81c3e008, 0x90102000 | v}; /* retl; mov v, %o0 in its delay slot */
#elif defined __arm__
    /* movw r0, v; bx lr, little-endian in either byte order */
    unsigned char code[8] = {v, v >> 8 & 0xf, 0x00, 0xe3, 0x1e, 0xff, 0x2f, 0xe1};
#endif
    memcpy(p, code, sizeof code);
    return sizeof code;
}

#endif
