"""What runs: the CPU, guest memory, processes, threads and signals."""
