"""Puts an ELF program into a new address space."""
