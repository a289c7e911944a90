"""Whether the line is alive: nightly TESTs, quarterly drills, the board of the parties, and who is told (D12, D13)."""
