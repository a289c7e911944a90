"""What a citizen who asks is told: everything that is held about them, in plain Danish, and who looked when (O21)."""
