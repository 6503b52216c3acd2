"""Forms of the pages. None of them has a field for the state: that moves through the door alone."""
