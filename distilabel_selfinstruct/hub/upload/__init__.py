"""One commit, or none: what goes to the Hub and what it refuses."""
