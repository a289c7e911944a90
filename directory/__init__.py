"""What the parties have agreed on: the 19 municipalities, their address, phone and pinned key, and the working days."""
