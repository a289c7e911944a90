"""Who may do what here: one table of actions and roles, the sign-in, and acts permitted and noted in one go."""
