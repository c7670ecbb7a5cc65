"""python -m qemu_user: the command line."""

from .cli import main

main()
