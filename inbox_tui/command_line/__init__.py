"""The subcommands of `stafet-inbox`, for scripts and for those who prefer a line to a screen."""
