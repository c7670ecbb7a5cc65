"""Intel user interrupts (UINTR): an extension that the rest of the emulator does not know."""
