"""The doctor: what is wrong at this site, what it means and what to do, without signing in and without a name shown."""
