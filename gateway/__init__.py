"""The gateway both ends share, and the region's own work: what is said, how it travels, what a site needs to run."""
