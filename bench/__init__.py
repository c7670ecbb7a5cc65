"""Measures guest programs natively, under qemu-user and under this emulator."""
