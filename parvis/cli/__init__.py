"""The command line `bin/parvis`: one small module a command. Rules and rows live in the rooms they call."""
