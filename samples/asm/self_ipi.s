# A thread interrupts itself; all five user-interrupt instructions, which Keystone does not know.

    mov $471, %eax                      # uintr_register_handler(handler, 0)
    mov $handler, %edi
    xor %esi, %esi
    syscall
    test %rax, %rax
    jnz failed
    mov $477, %eax                      # uintr_register_self(vector 7, 0)
    mov $7, %edi
    xor %esi, %esi
    syscall
    test %rax, %rax
    js failed
    mov %rax, %r12

    .byte 0xf3, 0x0f, 0x01, 0xef        # stui
    .byte 0xf3, 0x0f, 0x01, 0xed        # testui: CF = 1
    jnc failed

    .byte 0xf3, 0x41, 0x0f, 0xc7, 0xf4  # senduipi %r12
wait_first:
    cmpl $1, count
    jne wait_first

    .byte 0xf3, 0x0f, 0x01, 0xee        # clui
    .byte 0xf3, 0x0f, 0x01, 0xed        # testui: CF = 0
    jc failed
    .byte 0xf3, 0x41, 0x0f, 0xc7, 0xf4  # senduipi %r12: waits
    cmpl $1, count
    jne failed
    .byte 0xf3, 0x0f, 0x01, 0xef        # stui: taken
wait_second:
    cmpl $2, count
    jne wait_second

    mov $good, %esi
    mov $sizeof_good, %edx
    xor %ebx, %ebx
    jmp finish
failed:
    mov $bad, %esi
    mov $sizeof_bad, %edx
    mov $1, %ebx
finish:
    mov $1, %eax                        # write(1, text, size)
    mov $1, %edi
    syscall
    mov $231, %eax                      # exit_group
    mov %ebx, %edi
    syscall

# On entry: vector, RIP, RFLAGS, RSP. UIRET expects the vector to be gone.
handler:
    push %rax
    mov 8(%rsp), %rax
    cmp $7, %rax
    jne leave
    incl count
leave:
    pop %rax
    add $8, %rsp
    .byte 0xf3, 0x0f, 0x01, 0xec        # uiret

.data
count:
    .long 0
good:
    .ascii "two interrupts taken\n"
bad:
    .ascii "failed\n"
