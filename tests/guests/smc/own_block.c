// arch: x86_64
// A store that changes an instruction later in its own block takes effect at once on x86.
#include "guest.h"
int main(void)
{
    unsigned char code[] = {
        0xc6, 0x47, 0x05, 0x2a, 0xb0,
        0x01, 0x0f, 0xb6, 0xc0, 0xc3}; // movb $42, 5(%rdi); mov $1, %al; movzbl %al, %eax; ret
    unsigned char *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 3; i++) {
        memcpy(p + i * 64, code, sizeof code);
        SHOW(((int (*)(void *))(p + i * 64))(p + i * 64));
        p[i * 64 + 5] = 9;
        SHOW(((int (*)(void *))(p + i * 64))(p + i * 64));
    }
    unsigned char loop[] = {
        0x31, 0xc0, 0x83, 0xc0, 0x01, 0xfe, 0x47, 0x04,
        0x83, 0xf8, 0x20, 0x72, 0xf5, 0xc3}; // xor; 1: add $1 (grows); incb 4(%rdi); cmp $32; jb 1b; ret
    memcpy(p + 1024, loop, sizeof loop);
    SHOW(((int (*)(void *))(p + 1024))(p + 1024));
    return 0;
}
