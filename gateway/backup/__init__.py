"""Everything a site is in one locked file, and a site made from such a file again."""
