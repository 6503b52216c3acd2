"""A database backend that is PostgreSQL without a server: commands that need no database work with it."""
