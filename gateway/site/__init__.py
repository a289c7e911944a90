"""What every installation has: a home with settings, people with roles, a key that locks the database."""
