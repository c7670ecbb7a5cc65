"""The data of Linux ABIs: structure layouts, constants, numbers of calls, errors and signals."""
