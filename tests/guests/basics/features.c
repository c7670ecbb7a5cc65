// arch: aarch64 aarch64_be
// An instruction of each extension that AT_HWCAP tells of.
#include "guest.h"
#include <sys/auxv.h>
#define CLAIMED 0x3eb9fb
static const uint64_t given[6] = {0x0123456789abcdef, 0x4005bf0a8b145769, 0xfedcba9876543210,
                                  0x7ff0800080007fff, 0xc1e0000000200000, 0x55aa55aa00ff00ff};
#define DO(name, word)                                                                        \
    do {                                                                                      \
        uint64_t to[2];                                                                       \
        register const void *from __asm__("x1") = given;                                      \
        register uint64_t x __asm__("x0") = 0x1122334455667788;                               \
        __asm__ volatile("ld1 {v1.2d, v2.2d, v3.2d}, [x1]\n movi v0.2d, #0\n .inst " #word    \
                         "\n st1 {v0.2d}, [%2]"                                               \
                         : "+r"(x) : "r"(from), "r"(to) : "memory", "cc", "v0", "v1", "v2", "v3"); \
        printf(name " %llx %016llx%016llx\n", (unsigned long long)x,                          \
               (unsigned long long)to[1], (unsigned long long)to[0]);                         \
    } while (0)
int main(void)
{
    printf("%d\n", (getauxval(AT_HWCAP) & CLAIMED) == CLAIMED);
    DO("fp", 0x1e622820);
    DO("asimd", 0x4ee28420);
    DO("aes", 0x4e284820);
    DO("pmull", 0xee2e020);
    DO("sha1", 0x5e280820);
    DO("sha2", 0x5e282820);
    DO("crc32", 0x9ac04c00);
    DO("asimdrdm", 0x6e828420);
    DO("jscvt", 0x1e7e0020);
    DO("lrcpc", 0xf8bfc020);
    DO("sha3", 0xce020c20);
    DO("sm3", 0xce63c020);
    DO("sm4", 0xcec08420);
    DO("asimddp", 0x4e829420);
    DO("sha512", 0xce638020);
    return 0;
}
