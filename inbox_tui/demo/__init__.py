"""Both ends on this machine: the region, its municipalities, and a post office between. Only time is simulated."""
