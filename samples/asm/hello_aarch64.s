// arch: aarch64
// The smallest program: write(1, message), exit(0).
    mov x8, #64
    mov x0, #1
    ldr x1, =message
    mov x2, #sizeof_message
    svc #0
    mov x8, #94
    mov x0, #0
    svc #0
.data
message:
    .ascii "Hello from aarch64 assembly\n"
