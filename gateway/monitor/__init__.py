"""What a monitor on this machine may ask the running daemon: figures for Prometheus, and whether all is well."""
