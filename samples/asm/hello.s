# The smallest program: write(1, message), exit(0).
    mov $1, %eax
    mov $1, %edi
    mov $message, %esi
    mov $sizeof_message, %edx
    syscall
    mov $231, %eax
    xor %edi, %edi
    syscall
.data
message:
    .ascii "Hello from x86_64 assembly\n"
