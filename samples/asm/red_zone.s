# A user interrupt leaves the 128 bytes below the stack pointer alone, and what a leaf function keeps
# there; all flags and registers are as they were.

    mov $471, %eax                      # uintr_register_handler(handler, 0)
    mov $handler, %edi
    xor %esi, %esi
    syscall
    mov $477, %eax                      # uintr_register_self(0, 0)
    xor %edi, %edi
    xor %esi, %esi
    syscall
    mov %rax, %r12
    .byte 0xf3, 0x0f, 0x01, 0xef        # stui

    mov $16, %ecx                       # fill the red zone with 1 to 16
fill:
    mov %rcx, %rax
    neg %rax
    mov %rcx, (%rsp,%rax,8)
    dec %ecx
    jnz fill

    stc
    .byte 0xf3, 0x41, 0x0f, 0xc7, 0xf4  # senduipi %r12
wait:
    mov count, %eax
    lea -1(%rax), %ecx                  # no flags changed: the carry is still ours
    jrcxz taken
    jmp wait
taken:
    jnc failed

    mov $16, %ecx
compare:
    mov %rcx, %rax
    neg %rax
    cmp %rcx, (%rsp,%rax,8)
    jne failed
    dec %ecx
    jnz compare

    mov $good, %esi
    mov $sizeof_good, %edx
    jmp finish
failed:
    mov $bad, %esi
    mov $sizeof_bad, %edx
finish:
    mov $1, %eax
    mov $1, %edi
    syscall
    mov $231, %eax
    xor %edi, %edi
    syscall

handler:
    incl count
    clc
    add $8, %rsp
    .byte 0xf3, 0x0f, 0x01, 0xec        # uiret
.data
count:
    .long 0
good:
    .ascii "red zone and flags are untouched\n"
bad:
    .ascii "failed\n"
