"""Register windows of 64-bit SPARC in the engine's CPU state, and what moves them to memory."""

from __future__ import annotations

PLACES = {  # in bytes from the state's beginning
    "pc": 0x48,
    "npc": 0x50,
    "cc_src": 0x60,
    "cc_src2": 0x68,
    "cc_dst": 0x70,
    "cc_op": 0x78,
    "icc": 0x88,
    "asi": 0x1C44,
    "cwp": 0x198,
    "regs": 0x1B8,
    "nwindows": 0x1200,
    "delayed": 0x1290,
    "miss": 0x12C0,
    "dtlb": 0x1710,
    "xcc": 0x1C40,
    "cansave": 0x1C54,
    "canrestore": 0x1C58,
    "stop_interrupt": 0xD0,  # in the engine's handle
}

# Functions in which the engine ends the process for address spaces that an instruction can't have:
# where it does, and where it raises the exception of other wrong ones
WRONG_SPACES = (
    ("helper_ld_asi_sparc64", 0x53D, 0x6F2),
    ("helper_st_asi_sparc64", 0x519, 0x6FA),
)

# (engine, number) -> whether the exception is seen to. The block at the address that the first
# instruction loads has the words: the PC after the next one and 1, if a run is to begin with it;
# whom to ask about other exceptions; the CPU state; guest address 0; its pages' permissions; how
# many there are; what answers system calls natively, or 0, and what it reads; a system call's
# number. The last two instructions answer yes to everything.
SOURCE = """
    movabs r11, 0x1122334455667788
    test esi, esi
    js begins
    cmp esi, 0x10000
    jae no
    lea eax, [rsi - 0x80]
    cmp eax, 0x80
    jae ask
    push rdi
    push rsi
    mov r10, qword ptr [r11 + 16]
    mov ecx, dword ptr [r10 + 0x198]
    mov r8d, dword ptr [r10 + 0x1200]
    cmp esi, 0xc0
    jae restored
    mov edx, ecx
    sub edx, dword ptr [r10 + 0x1c54]
    sub edx, 2
    jns found
    add edx, r8d
    jmp found
restored:
    lea edx, [rcx + 1]
    cmp edx, r8d
    jne found
    xor edx, edx
found:
    mov r9d, edx
    shl r9d, 7
    lea r9, [r10 + r9 + 0x1b8]
    lea rdi, [r9 + 128]
    mov rsi, r9
    lea eax, [r8 - 1]
    cmp edx, eax
    jne first
    cmp ecx, edx
    je first
    lea rdi, [r10 + 0x1b8]
first:
    test edx, edx
    jne outs
    cmp ecx, eax
    jne outs
    shl r8d, 7
    lea rsi, [r10 + r8 + 0x1b8]
outs:
    mov rsi, qword ptr [rsi + 48]
    mov edx, 120
    add rsi, 2047
    test sil, 1
    je wide
    mov edx, 56
    sub esi, 2047
wide:
    test sil, 7
    jne slow
    add r9, 64
    cmp dword ptr [rsp], 0xc0
    mov ecx, 1
    adc ecx, 0
    mov r8, qword ptr [r11 + 32]
    mov rax, rsi
    shr rax, 12
    cmp rax, qword ptr [r11 + 40]
    jae slow
    test byte ptr [r8 + rax], cl
    je slow
    lea rax, [rsi + rdx]
    shr rax, 12
    cmp rax, qword ptr [r11 + 40]
    jae slow
    test byte ptr [r8 + rax], cl
    je slow
    add rsi, qword ptr [r11 + 24]
    cmp ecx, 1
    mov ecx, 7
    je fill
    inc dword ptr [r10 + 0x1c54]
    dec dword ptr [r10 + 0x1c58]
    cmp edx, 120
    jne stores
store:
    mov rax, qword ptr [r9 + 8 * rcx]
    bswap rax
    mov qword ptr [rsi + 8 * rcx], rax
    mov rax, qword ptr [rdi + 8 * rcx]
    bswap rax
    mov qword ptr [rsi + 8 * rcx + 64], rax
    dec ecx
    jns store
    jmp done
stores:
    mov eax, dword ptr [r9 + 8 * rcx]
    bswap eax
    mov dword ptr [rsi + 4 * rcx], eax
    mov eax, dword ptr [rdi + 8 * rcx]
    bswap eax
    mov dword ptr [rsi + 4 * rcx + 32], eax
    dec ecx
    jns stores
    jmp done
fill:
    dec dword ptr [r10 + 0x1c54]
    inc dword ptr [r10 + 0x1c58]
    cmp edx, 120
    jne loads
load:
    mov rax, qword ptr [rsi + 8 * rcx]
    bswap rax
    mov qword ptr [r9 + 8 * rcx], rax
    mov rax, qword ptr [rsi + 8 * rcx + 64]
    bswap rax
    mov qword ptr [rdi + 8 * rcx], rax
    dec ecx
    jns load
    jmp done
loads:
    mov eax, dword ptr [rsi + 4 * rcx]
    bswap eax
    mov qword ptr [r9 + 8 * rcx], rax
    mov eax, dword ptr [rsi + 4 * rcx + 32]
    bswap eax
    mov qword ptr [rdi + 8 * rcx], rax
    dec ecx
    jns loads
    jmp done
slow:
    pop rsi
    pop rdi
ask:
    cmp esi, dword ptr [r11 + 64]
    jne tell
    mov rax, qword ptr [r11 + 48]
    test rax, rax
    je tell
    mov rdx, qword ptr [r11 + 56]
    mov r10, qword ptr [r11 + 16]
    mov rcx, qword ptr [r10 + 0x40]
    mov qword ptr [rdx + 48], rcx
    mov qword ptr [rdx + 136], rcx
    add rcx, 8
    mov qword ptr [rdx + 144], rcx
    add rcx, 8
    mov qword ptr [rdx + 176], rcx
    push rdi
    push rsi
    push r11
    call rax
    pop r11
    pop rsi
    pop rdi
    test eax, eax
    jne tell
    mov r10, qword ptr [r11 + 16]
    mov rax, qword ptr [r10 + 0x50]
    mov qword ptr [r10 + 0x48], rax
    add rax, 4
    mov qword ptr [r10 + 0x50], rax
    mov byte ptr [r10 + 0x78], 1
    xor eax, eax
    mov dword ptr [r10 + 0x88], eax
    mov dword ptr [r10 + 0x1c40], eax
    inc eax
    ret
tell:
    jmp qword ptr [r11 + 8]
begins:
    mov rax, qword ptr [r11]
    test rax, rax
    je no
    dec rax
    mov r10, qword ptr [r11 + 16]
    mov qword ptr [r10 + 0x50], rax
    and qword ptr [r11], 0
no:
    xor eax, eax
    ret
done:
    pop rsi
    pop rdi
    mov eax, 1
    ret
"""
CODE = bytes.fromhex(
    "49bb887766554433221185f60f883302000081fe000001000f833e0200008d46803d800000000f83"
    "9f01000057564d8b5310418b8a98010000458b820012000081fec0000000731389ca412b92541c00"
    "0083ea02790f4401c2eb0a8d51014439c2750231d24189d141c1e1074f8d8c0ab8010000498db980"
    "0000004c89ce418d40ff39c2750b39d17407498dbab801000085d2751039c1750c41c1e0074b8db4"
    "02b8010000488b7630ba780000004881c6ff07000040f6c601740bba3800000081eeff07000040f6"
    "c6070f85f90000004983c140813c24c0000000b90100000083d1004d8b43204889f048c1e80c493b"
    "43280f83d100000041840c000f84c7000000488d041648c1e80c493b43280f83b500000041840c00"
    "0f84ab0000004903731883f901b907000000744e41ff82541c000041ff8a581c000083fa78752049"
    "8b04c9480fc8488904ce488b04cf480fc8488944ce40ffc979e5e900010000418b04c90fc889048e"
    "8b04cf0fc889448e20ffc979eae9e500000041ff8a541c000041ff82581c000083fa787520488b04"
    "ce480fc8498904c9488b44ce40480fc8488904cfffc979e5e9b20000008b048e0fc8498904c98b44"
    "8e200fc8488904cfffc979e9e9960000005e5f413b73407570498b43304885c07467498b53384d8b"
    "5310498b4a4048894a3048898a880000004883c10848898a900000004883c10848898ab000000057"
    "564153ffd0415b5e5f85c0752c4d8b5310498b4250498942484883c0044989425041c642780131c0"
    "41898288000000418982401c0000ffc0c341ff6308498b034885c0740f48ffc84d8b531049894250"
    "4983230031c0c35e5fb801000000c3"
)
YES = len(CODE) - 6
