"""What every address of the API shares: paging, problems, limits of rate, and how it is described."""
