# Counts the primes below 1000 and prints how many: no C library, no calls but write and exit.

    mov $2, %ecx
outer:
    cmpb $0, composite(%rcx)
    jne next
    incl count
    mov %ecx, %eax
inner:
    add %ecx, %eax
    cmp $1000, %eax
    jae next
    movb $1, composite(%rax)
    jmp inner
next:
    inc %ecx
    cmp $1000, %ecx
    jb outer

    mov count, %eax                     # three digits
    mov $10, %ebx
    mov $3, %esi
digit:
    dec %esi
    xor %edx, %edx
    div %ebx
    add $48, %edx
    movb %dl, text(%rsi)
    test %esi, %esi
    jnz digit

    mov $1, %eax
    mov $1, %edi
    mov $text, %esi
    mov $sizeof_text, %edx
    syscall
    mov $231, %eax
    xor %edi, %edi
    syscall
.data
count:
    .long 0
composite:
    .zero 1000
text:
    .ascii "000 primes below 1000\n"
