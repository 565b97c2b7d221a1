"""The subcommands of `doorstep`, one file a theme."""
