"""Tables made by regenerate.py from the headers of Linux 7.2.0; generated, do not edit."""
