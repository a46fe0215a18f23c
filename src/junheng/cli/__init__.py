"""The command line: one command for each step of the flow."""
