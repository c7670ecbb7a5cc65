"""ELF headers and the auxiliary vector's keys (man 5 elf, man 3 getauxval)."""

from __future__ import annotations

from .layout import U16, U32, U64, Bytes, CStruct


class Elf32Ehdr(CStruct):
    """Elf32_Ehdr: the file header."""

    e_ident: bytes = Bytes(16)
    e_type: U16
    e_machine: U16
    e_version: U32
    e_entry: U32
    e_phoff: U32
    e_shoff: U32
    e_flags: U32
    e_ehsize: U16
    e_phentsize: U16
    e_phnum: U16
    e_shentsize: U16
    e_shnum: U16
    e_shstrndx: U16


class Elf64Ehdr(CStruct):
    """Elf64_Ehdr: the file header."""

    e_ident: bytes = Bytes(16)
    e_type: U16
    e_machine: U16
    e_version: U32
    e_entry: U64
    e_phoff: U64
    e_shoff: U64
    e_flags: U32
    e_ehsize: U16
    e_phentsize: U16
    e_phnum: U16
    e_shentsize: U16
    e_shnum: U16
    e_shstrndx: U16


class Elf32Phdr(CStruct):
    """Elf32_Phdr: one segment."""

    p_type: U32
    p_offset: U32
    p_vaddr: U32
    p_paddr: U32
    p_filesz: U32
    p_memsz: U32
    p_flags: U32
    p_align: U32


class Elf64Phdr(CStruct):
    """Elf64_Phdr: one segment."""

    p_type: U32
    p_flags: U32
    p_offset: U64
    p_vaddr: U64
    p_paddr: U64
    p_filesz: U64
    p_memsz: U64
    p_align: U64


# Values of e_ident
EI_NIDENT = 16
EI_MAG0 = 0
EI_MAG1 = 1
EI_MAG2 = 2
EI_MAG3 = 3
EI_CLASS = 4
EI_DATA = 5
EI_VERSION = 6
EI_OSABI = 7
EI_PAD = 8
ELFCLASS32 = 1
ELFCLASS64 = 2
ELFDATA2LSB = 1
ELFDATA2MSB = 2
EV_CURRENT = 1
ELFOSABI_NONE = 0
ELFOSABI_LINUX = 3

# Values of e_type
ET_NONE = 0
ET_REL = 1
ET_EXEC = 2
ET_DYN = 3
ET_CORE = 4

# Values of e_machine
EM_NONE = 0
EM_M32 = 1
EM_SPARC = 2
EM_386 = 3
EM_68K = 4
EM_88K = 5
EM_486 = 6
EM_860 = 7
EM_MIPS = 8
EM_MIPS_RS3_LE = 10
EM_MIPS_RS4_BE = 10
EM_PARISC = 15
EM_SPARC32PLUS = 18
EM_PPC = 20
EM_PPC64 = 21
EM_SPU = 23
EM_ARM = 40
EM_SH = 42
EM_SPARCV9 = 43
EM_H8_300 = 46
EM_IA_64 = 50
EM_X86_64 = 62
EM_S390 = 22
EM_CRIS = 76
EM_M32R = 88
EM_MN10300 = 89
EM_OPENRISC = 92
EM_ARCOMPACT = 93
EM_XTENSA = 94
EM_BLACKFIN = 106
EM_UNICORE = 110
EM_ALTERA_NIOS2 = 113
EM_TI_C6000 = 140
EM_HEXAGON = 164
EM_NDS32 = 167
EM_AARCH64 = 183
EM_TILEPRO = 188
EM_MICROBLAZE = 189
EM_TILEGX = 191
EM_ARCV2 = 195
EM_RISCV = 243
EM_BPF = 247
EM_CSKY = 252
EM_LOONGARCH = 258
EM_FRV = 0x5441
EM_ALPHA = 0x9026
EM_CYGNUS_M32R = 0x9041
EM_S390_OLD = 0xA390
EM_CYGNUS_MN10300 = 0xBEEF

# Values of p_type
PT_NULL = 0
PT_LOAD = 1
PT_DYNAMIC = 2
PT_INTERP = 3
PT_NOTE = 4
PT_SHLIB = 5
PT_PHDR = 6
PT_TLS = 7
PT_LOPROC = 0x70000000
PT_HIPROC = 0x7FFFFFFF
PT_GNU_EH_FRAME = 1685382480
PT_GNU_STACK = 1685382481
PT_GNU_RELRO = 1685382482
PT_GNU_PROPERTY = 1685382483

# Values of p_flags
PF_R = 4
PF_W = 2
PF_X = 1

# Program property notes
NT_GNU_PROPERTY_TYPE_0 = 5
GNU_PROPERTY_AARCH64_FEATURE_1_AND = 0xC0000000
GNU_PROPERTY_AARCH64_FEATURE_1_BTI = 1

# man 3 getauxval
AT_SYSINFO = 32
AT_SYSINFO_EHDR = 33
AT_NULL = 0
AT_IGNORE = 1
AT_EXECFD = 2
AT_PHDR = 3
AT_PHENT = 4
AT_PHNUM = 5
AT_PAGESZ = 6
AT_BASE = 7
AT_FLAGS = 8
AT_ENTRY = 9
AT_NOTELF = 10
AT_UID = 11
AT_EUID = 12
AT_GID = 13
AT_EGID = 14
AT_PLATFORM = 15
AT_HWCAP = 16
AT_CLKTCK = 17
AT_SECURE = 23
AT_BASE_PLATFORM = 24
AT_RANDOM = 25
AT_HWCAP2 = 26
AT_RSEQ_FEATURE_SIZE = 27
AT_RSEQ_ALIGN = 28
AT_HWCAP3 = 29
AT_HWCAP4 = 30
AT_EXECFN = 31
AT_MINSIGSTKSZ = 51

PT_GNU_STACK = 1685382481
