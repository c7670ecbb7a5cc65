/* User-interrupt handlers that do nothing but count, so that what is measured is the delivery.
 * RFLAGS come back from the frame, so no register has to be saved.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#define COUNTING_HANDLER(name, counter)                                 \
    volatile long counter;                                              \
    void name(void);                                                    \
    __asm__(".text\n.globl " #name "\n" #name ":\n"                     \
            "incq " #counter "(%rip)\n add $8, %rsp\n"                  \
            ".byte 0xf3, 0x0f, 0x01, 0xec\n")

enum { REGISTER_HANDLER = 471, VECTOR_FD = 473, REGISTER_SENDER = 474, REGISTER_SELF = 477 };

static inline void stui(void)
{
    __asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xef" ::: "memory");
}

static inline void senduipi(long index)
{
    __asm__ volatile(".byte 0xf3, 0x0f, 0xc7, 0xf0" ::"a"(index) : "memory");
}
